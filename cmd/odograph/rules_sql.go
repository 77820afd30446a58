package main

import (
	"fmt"
	"strings"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
)

// rulesRow is the statement that makes rules a row of driving_rules.
func rulesRow(rules *derive.Rules) string {
	h := &rules.Driving.Harsh
	values := []any{
		quoted(rules.Version), h.MaxGapS.Measured, h.MaxGapS.Inferred, h.MaxGapS.Corner, h.MinSpeedKMH.Longitudinal, h.MinSpeedKMH.Corner,
		h.MinHeadingChangeDeg, h.MaxHeadingRateDegS, h.MinRunFixes, h.MinSatellites, h.RequireIgnition, h.Reject.ImpliedSpeedKMH, h.Reject.SpeedVsDistance,
		h.Reject.DistanceSlackM, h.Reject.MaxAbsMPS2, h.Reject.HeldPositionM, h.Reject.HeldQuarantineS, h.Reject.MinHeldPairSpeed, h.TimestampDamping, h.MergeS, h.CooldownS,
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprint(v)
	}
	return `INSERT INTO driving_rules (rule_version, measured_gap_s, inferred_gap_s, corner_gap_s, min_speed_kmh, min_corner_kmh, min_corner_deg, max_turn_deg_s, min_run_fixes, min_satellites, require_ignition,
    implied_speed_kmh, speed_vs_distance, distance_slack_m, max_abs_mps2, held_position_m, held_quarantine_s, held_min_speed_kmh, damping_s, merge_s, cooldown_s)
VALUES (` + strings.Join(texts, ", ") + ")"
}

// thresholdRows is the statement that makes rules the rows of driving_thresholds.
func thresholdRows(rules *derive.Rules) string {
	h := &rules.Driving.Harsh
	var rows []string
	for _, class := range driving.Classes() {
		for _, kind := range []schema.DrivingKind{schema.HarshBraking, schema.HarshAcceleration, schema.HarshCornering} {
			for gap := int64(1); gap <= h.MaxGapS.Inferred; gap++ {
				if low, medium, high, on := h.Steps(kind, class, gap); on {
					rows = append(rows, fmt.Sprintf("    (%s, '%s', '%s', %d, %v, %v, %v)", quoted(rules.Version), class, kind, gap, low, medium, high))
				}
			}
		}
	}
	return "INSERT INTO driving_thresholds (rule_version, vehicle_class, kind, gap_s, low_mps2, medium_mps2, high_mps2)\nVALUES\n" + strings.Join(rows, ",\n")
}

// quoted is a text of SQL.
func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
