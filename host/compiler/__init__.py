"""The compiler: a quantised .tflite in, a packed model for the engine out. See format.py for the bytes."""
