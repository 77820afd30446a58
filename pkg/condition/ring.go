package condition

import "math"

const ringSize = 5

// A ring is the last readings of a channel, oldest first, in hundredths: the
// precision in which the vendor sends them.
type ring struct {
	n      int
	times  [ringSize]int64
	values [ringSize]int32
}

func (r *ring) push(t int64, v float64) {
	if r.n == ringSize {
		copy(r.times[:], r.times[1:])
		copy(r.values[:], r.values[1:])
		r.n--
	}
	r.times[r.n], r.values[r.n] = t, int32(math.Round(v*100))
	r.n++
}

func (r *ring) full() bool { return r.n == ringSize }

// last is the time of the newest reading, 0 where there is none.
func (r *ring) last() int64 {
	if r.n == 0 {
		return 0
	}
	return r.times[r.n-1]
}

func (r *ring) newest() float64 { return float64(r.values[r.n-1]) / 100 }

// sorted is the values of a full ring in order.
func (r *ring) sorted() [ringSize]int32 {
	v := r.values
	for i := 1; i < len(v); i++ {
		for j := i; j > 0 && v[j] < v[j-1]; j-- {
			v[j], v[j-1] = v[j-1], v[j]
		}
	}
	return v
}

func (r *ring) median() float64 { return float64(r.sorted()[ringSize/2]) / 100 }

// spread is the range of the values without the least and the greatest, so
// that one outlier does not count.
func (r *ring) spread() float64 {
	v := r.sorted()
	return float64(v[ringSize-2]-v[1]) / 100
}

// deviation is the mean distance of the values from their median.
func (r *ring) deviation() float64 {
	median, sum := r.median(), 0.0
	for _, v := range r.values {
		sum += math.Abs(float64(v)/100 - median)
	}
	return sum / ringSize
}

// trend is by how much the level changes over the ring: between the medians of
// its first three and its last three readings.
func (r *ring) trend() float64 {
	v := r.values
	return math.Abs(float64(middle(v[2], v[3], v[4])-middle(v[0], v[1], v[2]))) / 100
}

func middle(a, b, c int32) int32 { return max(min(a, b), min(max(a, b), c)) }

// stable tells whether neither of the two is more than tolerance.
func (r *ring) stable(tolerance float64) bool {
	return r.spread() <= tolerance && r.trend() <= tolerance
}

// since counts the readings at t or later.
func (r *ring) since(t int64) int {
	n := 0
	for _, at := range r.times[:r.n] {
		if at >= t {
			n++
		}
	}
	return n
}

// firstNear is the time of the first reading after a moment that is near level.
func (r *ring) firstNear(level, near float64, after int64) int64 {
	for i, at := range r.times[:r.n] {
		if at > after && math.Abs(float64(r.values[i])/100-level) <= near {
			return at
		}
	}
	return r.last()
}

// hundredths rounds to the precision of the readings.
func hundredths(v float64) float64 { return math.Round(v*100) / 100 }
