package derive

import (
	"maps"
	"slices"

	"github.com/odograph/odograph/pkg/timeline"
)

// A checkpoint is how things stood after all entries up to a time. It is never
// changed. The detectors are in their binary form, which is a fifth of their
// size: a device has several checkpoints and seldom needs one.
type checkpoint struct {
	at     int64 // seconds since 1970
	packed []byte
	said   []*content // of events that may still change, what was said last
}

func newCheckpoint(at int64, j *judges, said []*content) *checkpoint {
	var buf [512]byte
	return &checkpoint{at: at, packed: slices.Clone(j.append(buf[:0])), said: said}
}

// carry keeps of what was said until a time what may still change after it. It
// leaves said as it is.
func (env *Env) carry(said []*content, at int64) []*content {
	settled := func(c *content) bool { return !c.ongoing && c.seen < at-env.Rules.reopenS }
	if !slices.ContainsFunc(said, settled) {
		return said
	}
	return slices.DeleteFunc(slices.Clone(said), settled)
}

// A ladder is checkpoints between the base and the newest entry, older ones
// first, from which a late entry is judged: two that are at least farS apart,
// then two that are at least nearS apart. Most of what comes late is late by
// seconds, and from there costs next to nothing. A step may be missing.
type ladder [4]*checkpoint

const (
	nearS = 120
	farS  = 1800
)

func (l *ladder) newest() *checkpoint {
	for i := len(l) - 1; i >= 0; i-- {
		if l[i] != nil {
			return l[i]
		}
	}
	return nil
}

// wants tells whether it is time for another checkpoint.
func (l *ladder) wants(at int64) bool {
	last := l.newest()
	return last == nil || at-last.at >= nearS
}

// push adds a checkpoint that is newer than all.
func (l *ladder) push(p *checkpoint) {
	if l[3] != nil {
		if out := l[2]; out != nil && (l[1] == nil || out.at-l[1].at >= farS) {
			l[0], l[1] = l[1], out
		}
		l[2] = l[3]
	}
	l[3] = p
}

// before drops all from a time on, and gives the newest that is left.
func (l *ladder) before(at int64) *checkpoint {
	for i, p := range l {
		if p != nil && p.at >= at {
			l[i] = nil
		}
	}
	return l.newest()
}

// after drops all up to a time.
func (l *ladder) after(at int64) {
	for i, p := range l {
		if p != nil && p.at <= at {
			l[i] = nil
		}
	}
}

// A run takes entries through the detectors from a checkpoint on.
type run struct {
	judges   judges
	said     map[key]*content
	rejected []rejection
}

// A rejection is a fix that looked like an event and led to none.
type rejection struct {
	reason string
	at     int64
}

func (p *checkpoint) run() *run {
	r := &run{said: make(map[key]*content, len(p.said)+4)}
	if _, err := r.judges.decode(p.packed, baseVersion); err != nil {
		panic("derive: " + err.Error()) // it was read before, or written here
	}
	for _, c := range p.said {
		r.said[c.key] = c
	}
	return r
}

// fork gives a run that goes on from here by itself.
func (r *run) fork() *run { return &run{judges: r.judges, said: maps.Clone(r.said)} }

// entries takes those of a log that are later than after and earlier than until.
func (r *run) entries(env *Env, log *timeline.Log, after, until int64) {
	for e := range log.EntriesAfter(after) {
		if e.Time() >= until {
			return
		}
		r.judges.step(env, e, r)
	}
}

func (r *run) hear(c *content) { r.said[c.key] = c }

func (r *run) reject(reason string, at int64) { r.rejected = append(r.rejected, rejection{reason, at}) }

// list gives what was said in the order of the keys.
func list(said map[key]*content) []*content {
	out := make([]*content, 0, len(said))
	for _, c := range said {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *content) int { return a.compare(b.key) })
	return out
}

// checkpoint is where the run stands, after everything up to a time.
func (r *run) checkpoint(env *Env, at int64) *checkpoint {
	return newCheckpoint(at, &r.judges, keep(env.carry(list(r.said), at)))
}
