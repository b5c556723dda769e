"""Training: labelled pictures in, an int8 .tflite, a packed model and its manifest out. Needs the extra [train]."""
