"""What can be drawn: one widget a file, its view model beside it, and the pure function that paints it.

View models are frozen msgspec Structs of plain values rather than dataclasses, because the first frame waits
for their definition: a frozen dataclass of eight fields takes 1.3 ms to define, such a Struct 0.04 ms, and
there are twenty-five. Copy one with `msgspec.structs.replace`.
"""
