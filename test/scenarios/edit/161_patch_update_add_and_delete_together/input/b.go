package a

func B() int { return 2 }
