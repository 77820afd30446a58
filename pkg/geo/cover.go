package geo

import (
	"fmt"
	"math"

	"github.com/uber/h3-go/v4"

	"github.com/odograph/odograph/pkg/schema"
)

// A Cover is a fence as H3 cells of one resolution, to be drawn or joined with: a
// position in a cell of Inside is inside, one in a cell of neither list is outside,
// and one in a cell of Edge may be either. Cells near the edge may be in Edge
// though no edge meets them; none that one meets is missing.
type Cover struct {
	Resolution   int
	Inside, Edge []schema.Cell
}

// TooManyCellsError says that a cover has more cells than were asked for.
type TooManyCellsError struct{ Resolution, Most int }

func (e *TooManyCellsError) Error() string {
	return fmt.Sprintf("more than %d H3 cells of resolution %d", e.Most, e.Resolution)
}

// Cover is the fence's cover, or TooManyCellsError when that has more than most cells.
func (f *Fence) Cover(resolution, most int) (Cover, error) {
	c := coverer{out: Cover{Resolution: resolution}, most: most}
	for _, p := range f.parts {
		c.pieces = c.pieces[:0]
		for i, turn := range [...]float64{0, 360, -360} {
			c.pieces = append(c.pieces, wholePart(p, turn))
			if p.kind == Circle && i == 0 {
				break // asks the globe, not the map
			}
		}
		c.seen = map[h3.Cell]cover{}
		roots, err := h3.Res0Cells()
		if err != nil {
			return Cover{}, err
		}
		for _, cell := range roots {
			if err := c.descend(cell); err != nil {
				return Cover{}, err
			}
		}
		c.join()
	}
	return c.result()
}

// CoverWithin is the finest cover, of resolution finest or coarser, with at most
// so many cells.
func (f *Fence) CoverWithin(finest, most int) (Cover, error) {
	for r := finest; ; r-- {
		if c, err := f.Cover(r, most); err == nil || r == 0 {
			return c, err
		}
	}
}

type coverer struct {
	out    Cover
	most   int
	pieces []piece
	buf    []edge
	seen   map[h3.Cell]cover // of one part
	all    map[h3.Cell]cover // of all
}

// descend follows a cell's descendants, which stick out of it by less than what
// hull adds, as long as they may meet the part.
func (c *coverer) descend(cell h3.Cell) error {
	last := cell.Resolution() == c.out.Resolution
	b, err := hull(cell, last)
	if err != nil {
		return err
	}
	how := c.meet(b)
	switch {
	case how == apart:
		return nil
	case last:
		c.seen[cell] = how
		if len(c.seen) > c.most {
			return &TooManyCellsError{c.out.Resolution, c.most}
		}
		return nil
	}
	kids, err := cell.Children(cell.Resolution() + 1)
	if err != nil {
		return err
	}
	for _, kid := range kids {
		if err := c.descend(kid); err != nil {
			return err
		}
	}
	return nil
}

// meet says how the part and a box meet. Boxes of cells do not nest, so each is
// asked of the whole part.
func (c *coverer) meet(b box) cover {
	most := apart
	for i := range c.pieces {
		p := &c.pieces[i]
		var how cover
		_, how, c.buf = p.withinBox(b.shifted(p.turn).grown(padding, padding), c.buf[:0])
		most = max(most, how)
	}
	return most
}

// hull is a box around a cell and, unless it is the last, its descendants.
func hull(cell h3.Cell, last bool) (box, error) {
	centre, err := cell.LatLng()
	if err != nil {
		return box{}, err
	}
	corners, err := cell.Boundary()
	if err != nil {
		return box{}, err
	}
	reach := 0.0
	b := nowhere.with(centre.Lng, centre.Lat)
	for _, p := range corners {
		reach = max(reach, DistanceM(centre.Lat, centre.Lng, p.Lat, p.Lng))
		b = b.with(centre.Lng+math.Remainder(p.Lng-centre.Lng, 360), p.Lat)
	}
	// Edges are great circles, which bulge towards the poles by up to reach² / 8R
	// times the tangent of latitude; descendants stick out by less than a third.
	slack := reach*reach/EarthRadiusM + 0.01
	if !last {
		slack += reach / 2
	}
	around := circleBox(Point{centre.Lat, centre.Lng}, reach+slack)
	if around.wide() >= 360 || around.north > 80 || around.south < -80 {
		return around, nil
	}
	dy := slack / degreeM
	dx := dy / math.Cos(max(math.Abs(around.south), math.Abs(around.north))*radians)
	b = b.grown(dx, dy)
	b.south, b.north = max(-90, b.south), min(90, b.north)
	return b, nil
}

func (c *coverer) join() {
	if c.all == nil {
		c.all = c.seen
		return
	}
	for cell, how := range c.seen {
		c.all[cell] = max(c.all[cell], how)
	}
}

func (c *coverer) result() (Cover, error) {
	if len(c.all) > c.most {
		return Cover{}, &TooManyCellsError{c.out.Resolution, c.most}
	}
	for cell, how := range c.all {
		if how == covered {
			c.out.Inside = append(c.out.Inside, schema.Cell(cell))
		} else {
			c.out.Edge = append(c.out.Edge, schema.Cell(cell))
		}
	}
	return c.out, nil
}

// CellRing is a cell's edge to be drawn: a closed ring of [longitude, latitude],
// which goes on past the 180th meridian.
func CellRing(cell schema.Cell) ([][2]float64, error) {
	corners, err := h3.Cell(cell).Boundary()
	if err != nil {
		return nil, fmt.Errorf("H3 cell %x: %w", uint64(cell), err)
	}
	ring := make([]Point, 0, len(corners)+1)
	for _, p := range corners {
		ring = append(ring, Point{p.Lat, p.Lng})
	}
	return coordinates([][]Point{unwrap(append(ring, ring[0]))})[0], nil
}
