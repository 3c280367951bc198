// A library that may need another, as NVIDIA's do.
#ifdef NEEDS
extern "C" int NEEDS();
extern "C" int NAME() { return NEEDS() + 1; }
#else
extern "C" int NAME() { return 1; }
#endif
