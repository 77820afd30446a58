package geo

// The map is cut into cells: halves upon halves of 360 by 180 degrees, bits[level]
// times in each direction. A cell nests in one of the level above exactly, which
// H3's do not, and it is found by two multiplications.
var bits = [...]uint{0, 5, 10, 12, 14, 16, 18, 20, 22}

// lastLevel is the level that is not cut any more: 9.5 by 4.8 m at the equator.
const lastLevel = len(bits) - 1

// padding widens cells, in degrees, so that no rounding takes from a cell an edge
// that meets it.
const padding = 1e-9

// A cell is one of level at column x from the west and row y from the south.
type cell struct {
	level int
	x, y  uint32
}

// kidBits is how often a node of a level halves each direction for its kids.
func kidBits(level int) uint { return bits[level+1] - bits[level] }

func (c cell) box() box {
	size := 360 / float64(uint64(1)<<bits[c.level])
	west, south := -180+float64(c.x)*size, -90+float64(c.y)*size/2
	return box{west, south, west + size, south + size/2}
}

func (c cell) kid(x, y uint32) cell {
	by := kidBits(c.level)
	return cell{c.level + 1, c.x<<by + x, c.y<<by + y}
}

// kidsMeeting is the range of kids, ends included, that may meet a box; none when
// toX is below fromX or toY below fromY.
func (c cell) kidsMeeting(b box) (fromX, fromY, toX, toY int) {
	own, n := c.box(), float64(uint32(1)<<kidBits(c.level))
	wide, high := (own.east-own.west)/n, (own.north-own.south)/n
	b = b.grown(padding, padding)
	clamp := func(v float64) int { return int(max(0, min(n-1, v))) }
	if b.east < own.west || b.west > own.east || b.north < own.south || b.south > own.north {
		return 0, 0, -1, -1
	}
	return clamp((b.west - own.west) / wide), clamp((b.south - own.south) / high),
		clamp((b.east - own.west) / wide), clamp((b.north - own.south) / high)
}

// spot is a position on the map as column and row of the finest kind: its first
// bits[level] bits are its cell's.
func spot(x, y float64) (column, row uint32) {
	const perLng, perLat = (1 << 32) / 360.0, (1 << 32) / 180.0
	return uint32(min((x+180)*perLng, 1<<32-1)), uint32(min((y+90)*perLat, 1<<32-1))
}
