package h3

// Two resolutions up, the grid is 7 times as coarse and not turned, so that
// what is left of i and j after a division by 7 names the two digits.
// up is the step for one pair of rests.
type up struct {
	digits uint8 // of the finer resolution in the lower 3 bits
	i, j   uint8 // 1 where the parent is at the next multiple of 7
}

// ups are the steps by [whether the finer resolution is odd][i%7][j%7].
var ups = newUps()

// directions are i and j of the digits.
var directions = [7][2]int{{0, 0}, {-1, -1}, {0, 1}, {-1, 0}, {1, 0}, {0, -1}, {1, 1}}

// finer is where a cell's centre is in the grid of the next resolution.
func finer(odd bool, i, j int) (int, int) {
	if odd {
		return 2*i + j, 3*j - i
	}
	return 3*i - j, i + 2*j
}

func newUps() (all [2][7][7]up) {
	for odd := range 2 {
		for coarse, c := range directions {
			for fine, f := range directions {
				i, j := finer(odd == 1, c[0], c[1])
				i, j = i+f[0], j+f[1]
				u := up{digits: uint8(coarse<<3 | fine)}
				if i < 0 {
					i, u.i = i+7, 1
				}
				if j < 0 {
					j, u.j = j+7, 1
				}
				all[odd][i][j] = u
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

// descend follows the cell at i and j, positive by the bias, to resolution 0.
// It gives the digits, that of the finest resolution in the lowest bits, and
// i and j at resolution 0, positive by 2.
func descend(resolution, i, j int) (path uint64, i0, j0 int) {
	steps := &ups[resolution%2]
	x, y, at := uint32(i), uint32(j), uint(0)
	for range resolution / 2 {
		xq, yq := x/7, y/7
		u := steps[x-7*xq][y-7*yq]
		x, y = xq+uint32(u.i), yq+uint32(u.j)
		path |= uint64(u.digits) << at
		at += 6
	}
	if resolution%2 == 0 {
		return path, int(x) - reach + 2, int(y) - reach + 2
	}
	l := lasts[x][y]
	return path | uint64(l.digit)<<at, int(l.i), int(l.j)
}
