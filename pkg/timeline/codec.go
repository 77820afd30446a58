package timeline

import "math/bits"

// A codec is what the code of the next entry of a chunk depends on: the entries
// before it. Writer and reader go through the same states, so that nothing of
// it has to be stored.
type codec struct {
	last    Fix   // the last fix; its fields that were Unknown keep what was known before
	time    int64 // of the last entry
	shapes  []shape
	cents   int64 // the last value of a mark, in hundredths
	dLat    int32 // the last movement, where no speed and heading say better
	dLng    int32
	lastDt  int32 // between the last two fixes
	mode    mode
	form    form
	hasFix  bool
	endMark bool             // the last entry is a mark
	looks   [knownLooks]look // of the last mark of each of the first shapes
	means   [contexts]uint32
}

// A form is how a chunk is written: the number is its version byte. Chunks of
// earlier forms are read, and the newest one is added to in its own.
type form uint8

const (
	form1 form = 1
	form2 form = 3 // 2 is the version of tails
)

// A context is a kind of number, of which the codec keeps the mean in 1/256.
const (
	ctxDt       = iota // change of the time between fixes
	ctxStart           // speed after rest
	ctxSpeed           // change of speed
	ctxSlow            // change of heading, by speed
	ctxMiddle          //
	ctxFast            //
	ctxSat             // change of satellites
	ctxOdometer        // odometer, against what was predicted
	ctxMark            // time from the entry before to a mark
	ctxValue           // change of the value of marks, in hundredths
	ctxRest            // position, against what was predicted: at rest
	ctxBlind           // where speed and heading are not known
	ctxAlong           // along the way, in the size of error to be expected
	ctxAcross          // across it
	ctxStanding        // odometer at rest, form 2
	contexts
)

// startMeans are the means with which a chunk starts: those of cars in a city at
// a fix every 10 s.
var startMeans = [contexts]uint32{
	ctxDt:       256 * 8,
	ctxStart:    256 * 20,
	ctxSpeed:    256 * 18,
	ctxSlow:     256 * 60,
	ctxMiddle:   256 * 20,
	ctxFast:     256 * 6,
	ctxSat:      256 * 1,
	ctxOdometer: 256 * 12,
	ctxMark:     256 * 30,
	ctxValue:    256 * 100,
	ctxRest:     256 * 10,
	ctxBlind:    256 * 300,
	ctxAlong:    256 * 95 / 100,
	ctxAcross:   256 * 160 / 100,
	ctxStanding: 256 / 4,
}

// startMarks is the mean time to a mark in form 2.
const startMarks = 256 * 6

func newCodec(first int64, f form) codec {
	c := codec{time: first, last: Fix{Time: first}, means: startMeans, form: f}
	if f != form1 {
		c.means[ctxMark], c.shapes, c.looks = startMarks, firstShapes, firstLooks
	}
	return c
}

// unit is the size of error in which a context's mean is kept, in 1/16, where it
// depends on nothing.
const unit = 16

// shift is the Golomb-Rice parameter that fits a mean: the bits of 9/16 of it,
// which took the fewest bytes on recorded and simulated drives.
func (c *codec) shift(ctx int, size uint64) uint {
	return min(uint(bits.Len64(uint64(c.means[ctx])*size*9>>16)), maxRiceShift)
}

// wideShift is the Exp-Golomb parameter that fits a mean, of numbers that are
// mostly small and seldom very large.
func (c *codec) wideShift(ctx int) uint { return uint(bits.Len32(c.means[ctx] >> 10)) }

// learn moves the mean of a context towards u, an eighth of the way; a single
// outlier moves it little.
func (c *codec) learn(ctx int, u, size uint64) {
	m := int64(c.means[ctx])
	x := min(int64(uint32(min(u, 1<<19))<<12/uint32(size)), 8*m+2048)
	c.means[ctx] = uint32(m + (x-m+4)>>3)
}

func (c *codec) put(w *bitWriter, ctx int, u uint64) { c.putSized(w, ctx, u, unit) }
func (c *codec) get(r *bitReader, ctx int) uint64    { return c.getSized(r, ctx, unit) }

func (c *codec) putSized(w *bitWriter, ctx int, u, size uint64) {
	w.putRice(u, c.shift(ctx, size))
	c.learn(ctx, u, size)
}

func (c *codec) getSized(r *bitReader, ctx int, size uint64) uint64 {
	u := r.rice(c.shift(ctx, size))
	c.learn(ctx, u, size)
	return u
}

func (c *codec) putWide(w *bitWriter, ctx int, u uint64) {
	w.putWide(u, c.wideShift(ctx))
	c.learn(ctx, u, unit)
}

func (c *codec) getWide(r *bitReader, ctx int) uint64 {
	u := r.wide(c.wideShift(ctx))
	c.learn(ctx, u, unit)
	return u
}
