func f() {
	if ok {
		b()
		c()
	}
}
