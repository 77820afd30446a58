package derive

import (
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/timeline"
)

// By sets what devices are judged by: rules, and a book of fences, which each of
// them sees through view. The enricher and a replay both set it here, so that they
// agree. road gives the limit of the road at a fix, as Limits does, in km/h, 0: not
// known; it may be nil.
func (env *Env) By(rules *Rules, book *fences.Book, view *fences.View, road func(*timeline.Fix) float64) {
	env.Rules, env.Fences, env.Limits = rules, nil, nil
	view.Book, view.Depths = book, rules.Geofence.Enter.MarginM > 0
	if book.Len() > 0 {
		env.Fences = view
	}
	if !book.Limits() && road == nil {
		return
	}
	env.Limits = func(f *timeline.Fix) (l driving.Limits) {
		if l.FenceKMH = view.LimitKMH(f); road != nil {
			l.RoadKMH = road(f)
		}
		return l
	}
}
