package h3

import "math"

// grid is the hexagon grid of a resolution.
type grid struct {
	scale float64 // cells of this resolution, or of the one before where odd, in one of resolution 0
	odd   bool    // the grid is turned
	noise float64 // how far the coordinates of this grid are off, per slack
	bias  int     // what makes i and j positive
	shift float64 // the same for a, b and a+b, two of which make 3 times i or j
}

// grids of the odd resolutions (Class III) are turned by asin(sqrt(3/28))
// against those of the even ones: a cell of the even resolution before has its
// neighbours on the axes at i, j = 2, -1 and 1, 3.
var grids = newGrids()

func newGrids() (all [MaxResolution + 1]grid) {
	scale := 1.0
	for r := range all {
		g := &all[r]
		g.scale, g.noise = scale, 2*scale
		if r%2 == 1 {
			g.odd, g.noise = true, 5*scale
			scale *= 7
		}
		g.shift, g.bias = 12*g.scale, reach*int(g.scale)
	}
	return all
}

// reach bounds i and j at resolutions 0 and 1, which the division by 7 of
// positive numbers at the finer ones rests on.
const reach = 8

// axes are the coordinates a and b of the grid.
func (p *Point) axes(g *grid) (a, b float64) {
	a, b = p.a*g.scale, p.b*g.scale
	if g.odd {
		return 3*a + b, 2*b - a
	}
	return a, b
}

// hexagon finds the cell of the point in the grid, its i and j made positive
// by the grid's bias. It is not ok where rounding could decide.
//
// The lines where a, b or a+b are whole numbers cut the plane into triangles,
// six to a hexagon, and the whole parts of the three name the triangle. Around
// the hexagon at i, j they are 2i-j, 2j-i and i+j or one less, where a+(a+b) is
// 3i and b+(a+b) is 3j.
func (p *Point) hexagon(g *grid) (i, j uint64, ok bool) {
	a, b := p.axes(g)
	c := a + b
	both := int(c+g.shift) + 2
	i, j = third(uint64(int(a+g.shift)+both)), third(uint64(int(b+g.shift)+both))
	fi, fj := float64(int(i)-g.bias), float64(int(j)-g.bias)
	da, db := a-(2*fi-fj), b-(2*fj-fi)
	within := 1 - p.slack*g.noise
	return i, j, math.Abs(da) < within && math.Abs(db) < within && math.Abs(da+db) < within
}
