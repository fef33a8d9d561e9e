package a

func C() int { return 3 }
