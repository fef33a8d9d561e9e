class First:
    def run(self):
        self.count += 1
        return self.count


class Second:
    def run(self):
        self.count += 2
        return self.count
