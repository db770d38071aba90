package voice

// Loudness is what clips are levelled by.
func Loudness(samples []float64) float64 { return sound{samples, narrow}.loudness() }
