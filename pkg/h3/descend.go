package h3

// Two resolutions up, the grid is 7 times as coarse and not turned, so that
// what is left of i and j after a division by 7 names the two digits.

// A step for one pair of rests is the two digits, that of the finer resolution
// in the lower 3 bits, and a bit each for i and j where the parent is at the
// next multiple of 7.
const (
	nextI = 1 << 6
	nextJ = 1 << 7
)

// steps are by [whether the finer resolution is odd][i%7 * 8 + j%7].
var steps = newSteps()

// directions are i and j of the digits.
var directions = [7][2]int{{0, 0}, {-1, -1}, {0, 1}, {-1, 0}, {1, 0}, {0, -1}, {1, 1}}

// finer is where a cell's centre is in the grid of the next resolution.
func finer(odd bool, i, j int) (int, int) {
	if odd {
		return 2*i + j, 3*j - i
	}
	return 3*i - j, i + 2*j
}

func newSteps() (all [2][64]uint8) {
	for odd := range 2 {
		for coarse, c := range directions {
			for fine, f := range directions {
				i, j := finer(odd == 1, c[0], c[1])
				i, j = i+f[0], j+f[1]
				step := uint8(coarse<<3 | fine)
				if i < 0 {
					i, step = i+7, step|nextI
				}
				if j < 0 {
					j, step = j+7, step|nextJ
				}
				all[odd][i<<3|j] = step
			}
		}
	}
	return all
}

// lasts are the steps from resolution 1 to 0, by i and j made positive by
// reach: the digit, and i and j at resolution 0 made positive by 2.
var lasts = newLasts()

func newLasts() (all [2*reach + 1][2*reach + 1]struct{ digit, i, j uint8 }) {
	for i := -2; i <= 2; i++ {
		for j := -2; j <= 2; j++ {
			for digit, d := range directions {
				at, to := finer(true, i, j)
				at, to = at+d[0]+reach, to+d[1]+reach
				if at >= 0 && at < len(all) && to >= 0 && to < len(all) {
					all[at][to] = struct{ digit, i, j uint8 }{uint8(digit), uint8(i + 2), uint8(j + 2)}
				}
			}
		}
	}
	return all
}

// seventh divides by 7, and third by 3, what is below 2^30.
func seventh(n uint64) uint64 { return n * (1<<32/7 + 1) >> 32 }
func third(n uint64) uint64   { return n * (1<<32/3 + 1) >> 32 }

// descend follows the cell at i and j, positive by the bias, to resolution 0.
// It gives the digits, that of the finest resolution in the lowest bits, and
// i and j at resolution 0, positive by 2.
func descend(resolution int, i, j uint64) (path, i0, j0 uint64) {
	table := &steps[resolution&1]
	at := 0
	for ; at < 3*(resolution&^1); at += 6 {
		iq, jq := seventh(i), seventh(j)
		step := uint64(table[((i-7*iq)<<3|(j-7*jq))&63])
		i, j = iq+step/nextI&1, jq+step/nextJ
		path |= step & 0o77 << (at & 63)
	}
	if resolution&1 == 0 {
		return path, i - (reach - 2), j - (reach - 2)
	}
	l := &lasts[i][j]
	return path | uint64(l.digit)<<(at&63), uint64(l.i), uint64(l.j)
}
