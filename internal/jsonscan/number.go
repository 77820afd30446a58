package jsonscan

import "strconv"

// exactPowers are the powers of ten that float64 holds exactly.
var exactPowers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Decimal reads a number in decimal form: sign, digits, fraction, exponent,
// rounded to the nearest float64 as strconv.ParseFloat does. It takes every
// number of JSON and beyond that what vendors put into strings: a plus sign,
// leading zeros, no digit before or after the point. It reports false for
// anything else, hexadecimal, infinite and not-a-number forms included, and for
// what no float64 can hold.
func Decimal(b []byte) (float64, bool) {
	i, negative := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative, i = b[0] == '-', 1
	}
	var mantissa uint64
	digits, fraction := 0, 0
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		mantissa = mantissa*10 + uint64(b[i]-'0')
		digits++
	}
	if i < len(b) && b[i] == '.' {
		start := i + 1
		for i = start; i < len(b) && b[i]-'0' <= 9; i++ {
			mantissa = mantissa*10 + uint64(b[i]-'0')
		}
		fraction = i - start
		digits += fraction
	}
	if digits == 0 {
		return 0, false
	}
	// Up to 15 digits over an exact power of ten: one rounding, so the result
	// is the nearest float64.
	if i == len(b) && digits <= 15 {
		v := float64(mantissa) / exactPowers[fraction]
		if negative {
			v = -v
		}
		return v, true
	}
	if i < len(b) && !isExponent(b[i:]) {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(b), 64)
	return v, err == nil
}

func isExponent(b []byte) bool {
	if b[0] != 'e' && b[0] != 'E' {
		return false
	}
	b = b[1:]
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}
