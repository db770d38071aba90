// Package words reads what a person typed: on a phone, on the wrong keyboard layout, in the wrong script, with a slip.
//
// There is one normalisation ([Normalise]) and one comparison form ([Fold]) for SMS, USSD, `okno dialogue try` and the
// catalogue. The forms in which a word may come beside its own:
//
//	as written     СТАТУС, статус.          Normalise, Fold
//	look-alikes    ctatyc, СTАТУС           Alike
//	in Latin       pomoshch, aqparat        Sound
//	a slip         спарвка                  Distance
//	the layout     cnfnec, ыефегы           Layout
//
// The first three are the word; the last two are only offered to the citizen, never acted upon.
//
// The package knows no dialogue, no catalogue and no channel.
package words
