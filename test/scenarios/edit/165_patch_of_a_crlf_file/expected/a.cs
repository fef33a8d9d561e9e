int a;
long b;
long b2;
int c;
