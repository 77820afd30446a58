package h3

// faceMap is the globe in fields of 5 by 5 degrees, from the South Pole up
// and from the meridian of Greenwich eastward, each with the letter of the
// face in its middle, a for 0. (Drawn from the centres; TestFaceMap.)
const faceMap = "" +
	"ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss" +
	"ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss" +
	"ssssssssssssstttttttttttttttttttttssssssssssssssssssssssssssssssssssssss" +
	"ssssssssssstttttttttttttttttttttttttssssssssssssssssssssssssssssssssssss" +
	"ssssssssstttttttttttttttttttttttttttttsssrrrrrrrrrrsssssssssssssssssssss" +
	"ssssssssstttttttttttttttttttttttttppppqrrrrrrrrrrrrrrrrsssssssssssssssss" +
	"ssssssssttttttttttttttttttttttpppppppqqqqrrrrrrrrrrrrrrrrsssssssssssssss" +
	"nnnnnnssttttttttttttttttttttpppppppppqqqqqqrrrrrrrrrrrrrrrssssssssnnnnnn" +
	"nnnnnnnjooooootttttttttttttppppppppppqqqqqqqrrrrrrrrrrrrrrrsssssnnnnnnnn" +
	"nnnnnjjjoooooooootttttttttppppppppppqqqqqqqqrrrrrrrrrrrrrrrrssnnnnnnnnnn" +
	"nnnnjjjjjoooooooooottttttpppppppppppqqqqqqqqqrrrrrrrrrrrrrrmmnnnnnnnnnnn" +
	"nnnjjjjjjooooooooooottttppppppppppppqqqqqqqqqqrrrrrrrrrmmmmmiiinnnnnnnnn" +
	"nnnjjjjjjjooooooooooootpppppppppppppqqqqqqqqqqrrrrrrrmmmmmmmiiiiinnnnnnn" +
	"nnjjjjjjjjoooooooooooofkppppppppppppqqqqqqqqqqqrrrrmmmmmmmmmiiiiiinnnnnn" +
	"njjjjjjjjjoooooooooofffkkkkppppppppqqqqqqqqqqqqrrrmmmmmmmmmmiiiiiiinnnnn" +
	"njjjjjjjjjoooooooooffffkkkkkkkpppppqqqqqqqqqqqqqmmmmmmmmmmmmiiiiiiiinnnn" +
	"jjjjjjjjjjjooooooffffffkkkkkkkkkkppqqqqqqqllllllmmmmmmmmmmmmiiiiiiiiinnn" +
	"jjjjjjjjjjjooooofffffffkkkkkkkkkkkkqlllllllllllhhhmmmmmmmmmiiiiiiiiiiinn" +
	"jjjjjjjjjjjooofffffffffkkkkkkkkkkkgglllllllllllhhhhmmmmmmmmiiiiiiiiiiiij" +
	"eeeeejjjjjjjofffffffffffkkkkkkkkkggglllllllllllhhhhhhmmmmmmiiiiiiiiiidde" +
	"eeeeeeeeeeeeffffffffffffkkkkkkkkgggggllllllllllhhhhhhhmmmmmiiiiiiiidddde" +
	"eeeeeeeeeeeaafffffffffffkkkkkkkgggggglllllllllhhhhhhhhhhmmmiiiiiddddddde" +
	"eeeeeeeeeeeaaaafffffffffkkkkkkggggggggllllllllhhhhhhhhhhhhmidddddddddddd" +
	"eeeeeeeeeeaaaaaaafffffffkkkkkgggggggggglllllllhhhhhhhhhhhhcddddddddddddd" +
	"eeeeeeeeeeaaaaaaaaafffffkkkggggggggggggllllllhhhhhhhhhhhhcccdddddddddddd" +
	"eeeeeeeeeaaaaaaaaaaaaaffkkgggggggggggggglllllhhhhhhhhhhcccccdddddddddddd" +
	"eeeeeeeeeaaaaaaaaaaaaaaabgggggggggggggggglllhhhhhhhhhccccccccddddddddddd" +
	"deeeeeeeaaaaaaaaaaaaaaabbbbgggggggggggggggllhhhhhhccccccccccccdddddddddd" +
	"deeeeeeaaaaaaaaaaaaaaabbbbbbbbggggggggggggbbccccccccccccccccccccdddddddd" +
	"deeeeeaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbccccccccccccccccccccccdddddd" +
	"ddeeaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbcccccccccccccccccccccccccddd" +
	"ccbbaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbccccccccccccccccccccccccccc" +
	"cbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbcccccccccccccccccccccccccc" +
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbcccccccccccccccccccccbb" +
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbcccccccbbbbbbbbb" +
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" +
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

const (
	fieldDegrees = 5
	fieldsAround = 360 / fieldDegrees
)

// guess is the likely face at whole degrees, counted up from -90 and from
// -360. It is right for 19 of 20 positions.
func guess(lat, lng int) uint8 {
	return faceMap[lat/fieldDegrees*fieldsAround+lng/fieldDegrees%fieldsAround] - 'a'
}
