package geofence

import "github.com/odograph/odograph/pkg/timeline"

// A stride is the way from one fix to the next of a device that does not send its
// speed, and how many such ways in a row led on in one direction.
type stride struct {
	north, east int32 // 1e-6 degree of a great circle
	n           int64
}

const (
	// strides are so many that noise does not look like them: of positions that
	// scatter at random the probability that as many in a row go one way is one in
	// 9!, and those that wander slowly do not reach Rest.MovingKMH.
	strides    = 8
	strideGapS = 10 // between two fixes
)

// moves tells whether the device moves, though it does not say so.
func (q *stride) moves() bool { return q.n >= strides }

// add takes the way between two fixes.
func (q *stride) add(r *Rules, from, to *point) {
	was, gapS := *q, float64(to.t-from.t)
	*q = stride{}
	if to.dkmh != timeline.Unknown || from.t == 0 || gapS > strideGapS {
		return
	}
	north := float64(to.lat) - float64(from.lat)
	east := eastward(float64(from.lng), float64(to.lng)) * cosine(float64(to.lat))
	least := r.Rest.MovingKMH / 3.6 * gapS / metresE6
	length := north*north + east*east
	if most := 1e6; length < least*least || length > most*most { // a degree is no way
		return
	}
	q.north, q.east, q.n = int32(north), int32(east), 1
	along := float64(was.north)*north + float64(was.east)*east
	before := float64(was.north)*float64(was.north) + float64(was.east)*float64(was.east)
	if was.n > 0 && along > 0 && along*along*4 >= before*length { // within 60 degrees
		q.n = min(was.n+1, strides)
	}
}
