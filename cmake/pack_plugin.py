"""Appends a packed plugin to a program, as hilo/pjrt/embedded_plugin.h describes. Usage: pack_plugin.py PROGRAM FRAME"""
import struct
import sys
import zlib

program, frame = sys.argv[1:]
with open(frame, "rb") as file:
    data = file.read()
with open(program, "ab") as file:
    file.write(data + struct.pack("<QI8s", len(data), zlib.crc32(data), b"HILOPLUG"))
