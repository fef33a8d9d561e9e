class A:
    def run(self):
        go()


class B:
    def run(self):
        go()
