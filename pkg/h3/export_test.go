package h3

// Centres are the faces' centres on the unit sphere.
func Centres() (all [20][3]float64) {
	for f, c := range centres {
		all[f] = [3]float64{c.x, c.y, c.z}
	}
	return all
}
