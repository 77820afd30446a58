package derive

import "slices"

// A checkpoint is how things stood after all entries up to a time. It is never
// changed.
type checkpoint struct {
	at     int64 // seconds since 1970
	judges judges
	said   []*content // of events that may still change, what was said last
}

// carry keeps of what was said until a time what may still change after it.
func (env *Env) carry(said []*content, at int64) []*content {
	return slices.DeleteFunc(said, func(c *content) bool { return !c.ongoing && c.seen < at-env.Rules.reopenS })
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
	r := &run{judges: p.judges, said: make(map[key]*content, len(p.said)+4)}
	for _, c := range p.said {
		r.said[c.key] = c
	}
	return r
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
	return &checkpoint{at: at, judges: r.judges, said: env.carry(list(r.said), at)}
}
