package simulate

import (
	"container/heap"
	"math"
	"math/rand/v2"
)

// A city is a road network: a grid of junctions that are moved off the grid,
// streets between neighbours that bend, every fifth line an arterial, and a
// motorway around it.
type city struct {
	size   int // junctions a side
	lat    float64
	lng    float64
	points [][2]float64 // of each junction: metres east and north of the centre
	seed   uint64
}

const (
	blockM     = 350.0
	arterial   = 5 // every fifth line
	streetKMH  = 50.0
	mainKMH    = 70.0
	ringKMH    = 110.0
	metresADeg = 111_194.93 // of latitude, on a sphere of the mean radius
)

func newCity(seed uint64, lat, lng float64, size int) *city {
	c := &city{size: size, lat: lat, lng: lng, seed: seed, points: make([][2]float64, size*size)}
	rng := rand.New(rand.NewPCG(seed, 1))
	half := float64(size-1) / 2
	for i := range c.points {
		x, y := i%size, i/size
		c.points[i] = [2]float64{
			(float64(x)-half)*blockM + rng.NormFloat64()*blockM/9,
			(float64(y)-half)*blockM + rng.NormFloat64()*blockM/9,
		}
	}
	return c
}

// limit is the speed limit in km/h of the road between neighbours.
func (c *city) limit(a, b int) float64 {
	ax, ay, bx, by := a%c.size, a/c.size, b%c.size, b/c.size
	edge := func(u, v int) bool { return u == v && (u == 0 || u == c.size-1) }
	switch {
	case edge(ax, bx), edge(ay, by):
		return ringKMH
	case ax == bx && ax%arterial == 0, ay == by && ay%arterial == 0:
		return mainKMH
	}
	return streetKMH
}

// light tells whether a junction has traffic lights: where arterials cross.
func (c *city) light(j int) bool {
	x, y := j%c.size, j/c.size
	return x%arterial == 0 && y%arterial == 0 && x > 0 && y > 0 && x < c.size-1 && y < c.size-1
}

func (c *city) neighbours(j int, f func(int)) {
	x, y := j%c.size, j/c.size
	if x > 0 {
		f(j - 1)
	}
	if x < c.size-1 {
		f(j + 1)
	}
	if y > 0 {
		f(j - c.size)
	}
	if y < c.size-1 {
		f(j + c.size)
	}
}

func (c *city) distance(a, b int) float64 {
	return math.Hypot(c.points[a][0]-c.points[b][0], c.points[a][1]-c.points[b][1])
}

// path is the quickest way between two junctions (A*).
func (c *city) path(from, to int) []int {
	cost, before := make([]float64, len(c.points)), make([]int, len(c.points)) // cost 0: not reached
	open := &frontier{{from, 0}}
	for open.Len() > 0 {
		at := heap.Pop(open).(step).junction
		if at == to {
			break
		}
		c.neighbours(at, func(next int) {
			t := cost[at] + c.distance(at, next)/c.limit(at, next)
			if next == from || cost[next] != 0 && cost[next] <= t {
				return
			}
			cost[next], before[next] = t, at
			heap.Push(open, step{next, t + c.distance(next, to)/ringKMH})
		})
	}
	route := []int{to}
	for at := to; at != from; {
		at = before[at]
		route = append(route, at)
	}
	for i, j := 0, len(route)-1; i < j; i, j = i+1, j-1 {
		route[i], route[j] = route[j], route[i]
	}
	return route
}

type step struct {
	junction int
	cost     float64
}

type frontier []step

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(i, j int) bool { return f[i].cost < f[j].cost }
func (f frontier) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)        { *f = append(*f, x.(step)) }
func (f *frontier) Pop() any {
	old := *f
	x := old[len(old)-1]
	*f = old[:len(old)-1]
	return x
}

// place is a point on a street that a route goes through.
type place struct {
	x, y  float64
	limit float64 // km/h of the way to it
	light bool
}

const piecesPerStreet = 5

// places are what a route goes through; streets bend to one side, the same way
// for everyone.
func (c *city) places(route []int) []place {
	start := c.points[route[0]]
	out := make([]place, 1, 1+piecesPerStreet*(len(route)-1))
	out[0] = place{x: start[0], y: start[1]}
	for i := 1; i < len(route); i++ {
		a, b := route[i-1], route[i]
		from, to := c.points[a], c.points[b]
		bend := c.bend(a, b)
		for k := 1; k <= piecesPerStreet; k++ {
			f := float64(k) / piecesPerStreet
			side := bend * math.Sin(math.Pi*f)
			out = append(out, place{
				x: from[0] + (to[0]-from[0])*f - (to[1]-from[1])*side, y: from[1] + (to[1]-from[1])*f + (to[0]-from[0])*side,
				limit: c.limit(a, b), light: k == piecesPerStreet && c.light(b),
			})
		}
	}
	return out
}

// bend is how far a street leaves the straight line, as a share of its length.
func (c *city) bend(a, b int) float64 {
	sign := 1.0
	if a > b {
		a, b, sign = b, a, -1
	}
	rng := rand.New(rand.NewPCG(c.seed, uint64(a)<<32|uint64(b)))
	return sign * rng.NormFloat64() * 0.05
}

// position is a point of the city in degrees.
func (c *city) position(x, y float64) (lat, lng float64) {
	lat = c.lat + y/metresADeg
	return lat, c.lng + x/(metresADeg*math.Cos(c.lat*math.Pi/180))
}
