package condition

import (
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// An openFault is a trouble code that was reported and not cleared.
type openFault struct {
	code    string
	since   int64
	seen    int64 // in the newest report that has it
	told    int64 // when it was told last
	missing int   // reports in a row without it
	gone    int64 // time of the first of those
	at      place // where it was reported first
}

// reportFaults takes all codes of a report. Reports of one second are one: the
// platform's poll has a row for each code. So what is missing from a report is
// settled at the first entry after it.
func (s *State) reportFaults(r *FaultRules, m *timeline.Mark, out *Out) {
	s.reportTime = m.Time
	s.faults = slices.Clone(s.faults)
	for code := range strings.FieldsSeq(m.Text) {
		s.reportFault(r, code, m, out)
	}
}

func (s *State) reportFault(r *FaultRules, code string, m *timeline.Mark, out *Out) {
	i, ok := slices.BinarySearchFunc(s.faults, code, func(f openFault, code string) int { return strings.Compare(f.code, code) })
	if !ok {
		if len(s.faults) >= MaxFaults || len(code) > maxText {
			return
		}
		s.faults = slices.Insert(s.faults, i, openFault{
			code: strings.Clone(code), since: m.Time, seen: m.Time, told: m.Time, at: s.place(m),
		})
		s.faults[i].emit(m.Time, true, out)
		return
	}
	f := &s.faults[i]
	f.seen, f.missing, f.gone = m.Time, 0, 0
	if float64(m.Time-f.told) >= r.ReportS {
		f.told = m.Time
		f.emit(m.Time, true, out)
	}
}

// settleFaults counts the codes that the last report does not have.
func (s *State) settleFaults(r *FaultRules, out *Out) {
	kept := make([]openFault, 0, len(s.faults))
	for i := range s.faults {
		f := s.faults[i]
		if f.seen < s.reportTime {
			if f.missing++; f.missing == 1 {
				f.gone = s.reportTime
			}
			if f.missing >= r.ClearReports {
				f.emit(f.gone, false, out)
				continue
			}
		}
		kept = append(kept, f)
	}
	s.faults, s.reportTime = kept, 0
}

func (f *openFault) emit(end int64, ongoing bool, out *Out) {
	e := newEvent(schema.ConditionFault, f.since, end, f.at)
	e.Code, e.Ongoing = f.code, ongoing
	out.Event(&e)
}
