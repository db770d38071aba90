package totp

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is the empty border that readers want around a QR code, in modules (ISO/IEC 18004).
const quiet = 4

// QR is a QR code as an SVG draws it: a square of Size modules, of which Path fills the dark ones.
type QR struct {
	Size int    `json:"size"`
	Path string `json:"path"` // of SVG
}

// NewQR draws what an authenticator's camera is to read.
func NewQR(uri string) (QR, error) {
	code, err := qr.Encode(uri, qr.M, qr.Auto)
	if err != nil {
		return QR{}, fmt.Errorf("draw QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size && code.At(x, y) == color.Black {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return QR{Size: size + 2*quiet, Path: path.String()}, nil
}
