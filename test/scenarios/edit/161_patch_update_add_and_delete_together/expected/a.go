package a

func A() int { return C() }
