package geo

// A Point is a position in degrees, WGS-84.
type Point struct{ Lat, Lng float64 }

// A Kind says what a Shape is made of.
type Kind uint8

// The kinds of a Shape.
const (
	Circle   Kind = iota + 1 // Centre and RadiusM
	Polygon                  // Polygons
	Corridor                 // Lines and WidthM
)

func (k Kind) String() string {
	switch k {
	case Circle:
		return "circle"
	case Polygon:
		return "polygon"
	case Corridor:
		return "corridor"
	}
	return "no shape"
}

// A Shape is the area of a geofence. What is inside:
//
//   - Circle: what is at most RadiusM from Centre by DistanceM.
//   - Polygon: what is in any of Polygons, each an outer ring and then holes,
//     closed (the last point is the first). Edges are straight in longitude and
//     latitude (RFC 7946 3.1.1), not great circles. Within one polygon rings
//     count even-odd, so their direction does not matter. A point on an edge or
//     a vertex, a hole's too, is inside.
//   - Corridor: what is at most half of WidthM from any of Lines, whose edges are
//     straight in longitude and latitude, measured on the map that is stretched
//     to the point's own latitude (within 0.1 % of the globe up to 10 km).
//
// An edge that changes longitude by more than 180 and less than 360 degrees
// crosses the 180th meridian; longitudes beyond 180 go on where they are. A ring
// around a pole holds the pole that leaves it the smaller area. A shape cut at the
// meridian is the same as one that crosses it.
type Shape struct {
	Kind     Kind
	Centre   Point
	RadiusM  float64
	Polygons [][][]Point
	Lines    [][]Point
	WidthM   float64
}

// CircleOf is a circle.
func CircleOf(centre Point, radiusM float64) Shape {
	return Shape{Kind: Circle, Centre: centre, RadiusM: radiusM}
}

// PolygonOf is one polygon: an outer ring and holes.
func PolygonOf(rings ...[]Point) Shape {
	return Shape{Kind: Polygon, Polygons: [][][]Point{rings}}
}

// CorridorOf is a corridor of a width along a line.
func CorridorOf(widthM float64, line ...Point) Shape {
	return Shape{Kind: Corridor, Lines: [][]Point{line}, WidthM: widthM}
}
