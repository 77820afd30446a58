package h3

import "math"

const (
	degree = math.Pi / 180
	// perGnomonic is the number of cells of resolution 0 in a unit of the plane
	// that touches the sphere of radius 1 at a face's centre. (constants.h,
	// INV_RES0_U_GNOMONIC; the square of the golden ratio.)
	perGnomonic = 2.61803398874989588842
)

type vec3 struct{ x, y, z float64 }

func (v vec3) dot(w vec3) float64 { return v.x*w.x + v.y*w.y + v.z*w.z }

// centres are the centres of the icosahedron's faces on the unit sphere.
// (H3 v4.5.0, faceijk.c, faceCenterPoint.)
var centres = [20]vec3{
	{0.2199307791404606, 0.6583691780274996, 0.7198475378926182},
	{-0.2139234834501421, 0.1478171829550703, 0.9656017935214205},
	{0.1092625278784797, -0.4811951572873210, 0.8697775121287253},
	{0.7428567301586791, -0.3593941678278028, 0.5648005936517033},
	{0.8112534709140969, 0.3448953237639384, 0.4721387736413930},
	{-0.1055498149613921, 0.9794457296411413, 0.1718874610009365},
	{-0.8075407579970092, 0.1533552485898818, 0.5695261994882688},
	{-0.2846148069787907, -0.8644080972654206, 0.4144792552473539},
	{0.7405621473854482, -0.6673299564565524, -0.0789837646326737},
	{0.8512303986474293, 0.4722343788582681, -0.2289137388687808},
	{-0.7405621473854481, 0.6673299564565524, 0.0789837646326737},
	{-0.8512303986474292, -0.4722343788582682, 0.2289137388687808},
	{0.1055498149613919, -0.9794457296411413, -0.1718874610009365},
	{0.8075407579970092, -0.1533552485898819, -0.5695261994882688},
	{0.2846148069787908, 0.8644080972654204, -0.4144792552473539},
	{-0.7428567301586791, 0.3593941678278027, -0.5648005936517033},
	{-0.8112534709140971, -0.3448953237639382, -0.4721387736413930},
	{-0.2199307791404607, -0.6583691780274996, -0.7198475378926182},
	{0.2139234834501420, -0.1478171829550704, -0.9656017935214205},
	{-0.1092625278784796, 0.4811951572873210, -0.8697775121287253},
}

// azimuths are those of the faces' i axes from their centres, in radians
// clockwise from north. (H3 v4.5.0, faceijk.c, faceAxesAzRadsCII, vertex 0.)
var azimuths = [20]float64{
	5.619958268523939882, 5.760339081714187279, 0.780213654393430055, 0.430469363979999913, 6.130269123335111400,
	2.692877706530642877, 2.982963003477243874, 3.532912002790141181, 3.494305004259568154, 3.003214169499538391,
	5.930472956509811562, 0.138378484090254847, 0.448714947059150361, 0.158629650112549365, 5.891865957979238535,
	2.711123289609793325, 3.294508837434268316, 3.804819692245439833, 3.664438879055192436, 2.361378999196363184,
}

// plane is a face with the directions of the coordinates a and b on it, so
// long that a position v has a = v.a/v.centre and b = v.b/v.centre.
type plane struct{ centre, a, b vec3 }

var planes = newPlanes()

func newPlanes() (all [20]plane) {
	const sqrt3 = 1.7320508075688772935
	for f, c := range centres {
		north, east := compass(c)
		sin, cos := math.Sincos(azimuths[f])
		on := func(x, y float64) vec3 { // x along the i axis, y to its left
			n, e := perGnomonic*(x*cos+y*sin), perGnomonic*(x*sin-y*cos)
			return vec3{n*north.x + e*east.x, n*north.y + e*east.y, n*north.z + e*east.z}
		}
		all[f] = plane{centre: c, a: on(2, 0), b: on(-1, sqrt3)}
	}
	return all
}

const (
	// slack is the bound for the difference of the coordinates a and b from the
	// C library's, in the unit of resolution 0: its angles have up to 6 roundings
	// at 2 pi (2.7e-15), its scaling 30 (3.3e-15 of the length, which is up to
	// 0.76), its arc cosine 3e-16 over the distance from the centre, everything
	// else and all of ours less than 1e-15 together; times 5.24 cells. At the
	// distance near below that is 2e-13. TestSlack measures a seventieth of slack.
	slack = 1e-12
	// Nearer to the centre the arc cosine of a number close to 1 prevails, and
	// slack grows as 1/distance.
	near = 0.01 // gnomonic: 64 km
)

// project gives the point its face, trying the guess first, and its place there.
func (p *Point) project(v vec3, guess uint8) {
	p.face = guess
	if !p.on(v) {
		p.face = nearest(v)
		if !p.on(v) {
			return // on a border of faces, the slack is still infinite
		}
	}
	p.slack = slack
	const unit2 = 3 * perGnomonic * perGnomonic
	if r2 := p.a*p.a + p.a*p.b + p.b*p.b; r2 < unit2*near*near {
		p.slack = slack * near / math.Sqrt(r2/unit2)
	}
}

// on places v on the plane of the point's face and tells whether it is on the
// face itself: a triangle with its corners 2 cells from the centre, on the
// axes, and its sides where i+j, -(2i-j) or -(2j-i) is 2.
func (p *Point) on(v vec3) bool {
	f := &planes[p.face]
	per := 1 / v.dot(f.centre)
	p.a, p.b = v.dot(f.a)*per, v.dot(f.b)*per
	const side = 2 - slack
	return per > 0 && p.a > -side && p.b > -side && p.a+p.b < side
}

func nearest(v vec3) (face uint8) {
	most := -1.0
	for f := range planes {
		if d := v.dot(planes[f].centre); d > most {
			face, most = uint8(f), d
		}
	}
	return face
}
