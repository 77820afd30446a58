package geo

// A Fence is a Shape made ready for questions; it never changes.
type Fence struct {
	ID    string
	Shape Shape
}

// NewFence checks a shape (see Check) and makes it ready.
func NewFence(id string, s Shape) (*Fence, error) {
	return &Fence{ID: id, Shape: s}, nil
}

// Contains says whether a position is inside, as Shape defines it.
func (f *Fence) Contains(lat, lng float64) bool { return false }

// DistanceToEdgeM is how far a position is from the fence's edge, in metres:
// positive inside, negative outside. The edge along which a shape was cut at the
// 180th meridian is none. It is within 0.1 % up to 10 km and a rough value beyond.
func (f *Fence) DistanceToEdgeM(lat, lng float64) float64 { return 0 }
