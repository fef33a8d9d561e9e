func f() {
	if ok {
		a()
	}
}
