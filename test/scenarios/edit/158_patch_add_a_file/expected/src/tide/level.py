def level(hour: int) -> float:
    return hour * 0.5


print(level(3))
