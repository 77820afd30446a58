package timeline

// Seal puts the right checksums into the bytes of a chunk and of its tail, so that
// a test reaches what is behind them.
func Seal(chunk, tail []byte) {
	if len(chunk) < headBytes {
		return
	}
	seal(chunk, 0, 0)
	if len(tail) >= headBytes {
		seal(tail, 0, uint16(chunk[1])|uint16(chunk[2])<<8)
	}
}

// Sines is the table of sines.
func Sines() []int32 { return sines[:] }
