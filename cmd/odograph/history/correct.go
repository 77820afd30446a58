package history

import (
	"context"
	"time"

	"github.com/odograph/odograph/pkg/derive"
)

// Why a difference is left as it is.
const (
	LeftToEnricher = "the enricher may still correct it"
	LeftUnfinished = "it has not ended yet"
	LeftOver       = "one that begins outside the range, and is not as stored, lies over it"
	LeftReplayed   = "odograph fences replay has, or may have, judged it by a later version of its fence"
	LeftUnread     = "what it was found in is not there any more: fixes are kept for a shorter time than events"
)

// Corrections are what has to be written so that what is stored is what the
// rules find.
type Corrections struct {
	Rules    string
	From, To time.Time
	Read     Progress
	Kinds    map[string]*Tally // Moved: with other values
	Versions map[string]int    // stored events by the rules that they were found with
	List     []Correction
	Left     map[string]int       // differences that are not corrected, by the reason
	LeftOf   map[string]bool      // devices that have such, which another time need not be left
	Earlier  map[string]time.Time // by device, when what lies over the range began
	Later    map[string]time.Time // and what goes over its end
}

func (j *Job) noCorrections() *Corrections {
	return &Corrections{
		Rules: j.Rules.Version, From: j.From, To: j.To, Kinds: map[string]*Tally{}, Versions: map[string]int{},
		Left: map[string]int{}, LeftOf: map[string]bool{}, Earlier: map[string]time.Time{}, Later: map[string]time.Time{},
	}
}

// Correct derives the range anew and finds the corrections. only are fences whose
// events alone are looked at; nil: everything.
func (j *Job) Correct(ctx context.Context, only *FenceJob) (*Corrections, error) {
	out, s := j.noCorrections(), j.scope(0)
	all, err := devices(ctx, j.Conn, &s, j.IMEIs)
	if err == nil && only != nil {
		all, err = only.pick(ctx, j, &s, all)
	}
	if err != nil {
		return nil, err
	}
	out.Read.expect(all)
	for _, group := range groups(all) {
		if err := j.correct(ctx, group, only, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// attempts are how often a device is read anew where what was read does not say
// how an event began or ended, each time eight times as far around the range.
const attempts = 4

func (j *Job) correct(ctx context.Context, group []definition, only *FenceJob, out *Corrections) error {
	now := time.Now().Unix()
	for attempt := 0; len(group) > 0; attempt++ {
		s := j.scope(attempt)
		s.over = s.from - overS
		last := attempt == attempts-1
		var again []definition
		err := j.group(ctx, &s, group, only.ids(), &out.Read, func(d *derived) error {
			a := newAccount(j, d, now, only)
			if err := a.take(d); err != nil {
				return err
			}
			if a.more && !last {
				out.Read.Devices--
				again = append(again, *d.definition)
				return nil
			}
			a.into(out, d)
			return nil
		})
		if err != nil {
			return err
		}
		group = again
	}
	return nil
}

// overS is how long before all that is read a trip, a stop or a trouble may have
// begun that is still there.
const overS = 90 * 86_400

// Records are the corrections as they stand in their topics, in order; each goes
// into the partition in which the device's records are.
func (c *Corrections) Records(each func(imei string, partition int32, o derive.Output)) {
	for i := range c.List {
		x := &c.List[i]
		each(headOf(x.record).imei, x.partition, outputOf(x.record))
	}
}
