package h3

import "slices"

// none is where no cell of resolution 0 touches the face.
const none = 0xffff

// baseCells are the cells of resolution 0 at i and j from -2 to 2 on each
// face, times 10, plus the number of turns by 60 degrees to the left from the
// face's axes to the cell's own. (H3 v4.5.0, baseCells.c, faceIjkBaseCells.)
var baseCells = [20][5][5]uint16{
	{{240, 323, 503, none, none}, {105, 180, 300, 483, none}, {25, 55, 160, 330, 491}, {none, 5, 80, 220, 411}, {none, none, 40, 151, 311}},                       // face 0
	{{140, 173, 253, none, none}, {95, 60, 110, 233, none}, {75, 15, 20, 100, 241}, {none, 35, 0, 50, 181}, {none, none, 41, 81, 161}},                            // face 1
	{{380, 343, 363, none, none}, {295, 210, 190, 203, none}, {265, 135, 70, 90, 141}, {none, 125, 30, 10, 61}, {none, none, 42, 1, 21}},                          // face 2
	{{580, 623, 643, none, none}, {445, 420, 430, 473, none}, {315, 285, 260, 290, 381}, {none, 155, 120, 130, 211}, {none, none, 43, 31, 71}},                    // face 3
	{{490, 613, 753, none, none}, {335, 410, 530, 653, none}, {165, 225, 310, 440, 581}, {none, 85, 150, 280, 421}, {none, none, 44, 121, 261}},                   // face 4
	{{493, 333, 163, none, none}, {663, 480, 303, 183, none}, {853, 670, 500, 320, 243}, {none, 873, 700, 523, 373}, {none, none, 830, 743, 571}},                 // face 5
	{{243, 103, 23, none, none}, {373, 230, 113, 63, none}, {573, 390, 250, 170, 143}, {none, 593, 450, 353, 273}, {none, none, 630, 563, 463}},                   // face 6
	{{143, 93, 73, none, none}, {273, 200, 193, 213, none}, {463, 400, 360, 340, 383}, {none, 603, 550, 543, 513}, {none, none, 720, 733, 713}},                   // face 7
	{{383, 293, 263, none, none}, {513, 470, 433, 423, none}, {713, 690, 640, 620, 583}, {none, 893, 840, 823, 763}, {none, none, 970, 983, 963}},                 // face 8
	{{583, 443, 313, none, none}, {763, 650, 533, 413, none}, {963, 860, 750, 610, 493}, {none, 1043, 940, 813, 663}, {none, none, 1070, 1013, 853}},              // face 9
	{{633, 793, 953, none, none}, {453, 590, 783, 923, none}, {253, 393, 570, 740, 833}, {none, 233, 370, 520, 703}, {none, none, 240, 323, 503}},                 // face 10
	{{723, 803, 903, none, none}, {553, 600, 683, 773, none}, {363, 403, 460, 560, 633}, {none, 203, 270, 350, 453}, {none, none, 140, 173, 253}},                 // face 11
	{{973, 1033, 1053, none, none}, {843, 890, 913, 883, none}, {643, 693, 710, 730, 723}, {none, 473, 510, 540, 553}, {none, none, 380, 343, 363}},               // face 12
	{{1073, 1153, 1193, none, none}, {943, 1040, 1103, 1113, none}, {753, 863, 960, 980, 973}, {none, 653, 760, 820, 843}, {none, none, 580, 623, 643}},           // face 13
	{{833, 1003, 1143, none, none}, {703, 870, 1023, 1123, none}, {503, 673, 850, 1010, 1073}, {none, 483, 660, 810, 943}, {none, none, 490, 613, 753}},           // face 14
	{{830, 743, 573, none, none}, {1005, 920, 780, 593, none}, {1145, 1080, 950, 790, 631}, {none, 1185, 1090, 931, 771}, {none, none, 1174, 1061, 901}},          // face 15
	{{630, 563, 463, none, none}, {795, 770, 680, 603, none}, {955, 930, 900, 800, 721}, {none, 1095, 1060, 991, 881}, {none, none, 1173, 1131, 1051}},            // face 16
	{{720, 733, 713, none, none}, {805, 880, 910, 893, none}, {905, 990, 1050, 1030, 971}, {none, 1065, 1130, 1161, 1111}, {none, none, 1172, 1211, 1191}},        // face 17
	{{970, 983, 963, none, none}, {1035, 1110, 1100, 1043, none}, {1055, 1160, 1190, 1150, 1071}, {none, 1135, 1210, 1201, 1121}, {none, none, 1171, 1181, 1141}}, // face 18
	{{1070, 1013, 853, none, none}, {1155, 1120, 1020, 873, none}, {1195, 1200, 1140, 1000, 831}, {none, 1215, 1180, 1081, 921}, {none, none, 1170, 1091, 951}},   // face 19
}

// pentagons are the cells of resolution 0 with five sides, around the corners
// of the icosahedron. On the faces named the missing sixth is stepped over to
// the right, elsewhere to the left. (H3 v4.5.0, baseCells.c, baseCellData.)
var pentagons = map[uint16][]uint8{
	4: nil, 14: {2, 6}, 24: {1, 5}, 38: {3, 7}, 49: {0, 9}, 58: {4, 8},
	63: {11, 15}, 72: {12, 16}, 83: {10, 19}, 97: {13, 17}, 107: {14, 18}, 117: nil,
}

// base is a cell of resolution 0 as seen from a face.
type base struct {
	cell  uint8
	turns uint8 // by 60 degrees to the left
	step  uint8 // at a pentagon: stepLeft or stepRight
}

const (
	stepLeft  = 1
	stepRight = 2
)

var bases = newBases()

func newBases() (all [20][5][5]base) {
	for f := range baseCells {
		for i, row := range baseCells[f] {
			for j, entry := range row {
				all[f][i][j] = newBase(uint8(f), entry)
			}
		}
	}
	return all
}

func newBase(face uint8, entry uint16) base {
	if entry == none {
		return base{}
	}
	b := base{cell: uint8(entry / 10), turns: uint8(entry % 10)}
	if right, ok := pentagons[entry/10]; ok {
		b.step = stepLeft
		if slices.Contains(right, face) {
			b.step = stepRight
		}
	}
	return b
}
