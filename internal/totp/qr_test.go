package totp_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/require"

	"okno/internal/totp"
)

// A reader reads from the picture what an authenticator needs.
func TestACameraReadsTheQRCode(t *testing.T) {
	t.Parallel()
	for _, login := range []string{"aliya", "a", strings.Repeat("long-login.", 5)} {
		_, uri, err := totp.NewSecret(login)
		require.NoError(t, err)
		code, err := totp.NewQR(uri)
		require.NoError(t, err)
		require.Equal(t, uri, read(t, code))
	}
	_, err := totp.NewQR(strings.Repeat("too long for any code ", 500))
	require.Error(t, err)
}

// read draws a code's path, eight pixels a module, and reads it.
func read(t *testing.T, code totp.QR) string {
	t.Helper()
	const scale = 8
	picture := image.NewGray(image.Rect(0, 0, code.Size*scale, code.Size*scale))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	for run := range strings.SplitSeq(strings.TrimSuffix(code.Path, "z"), "z") {
		var x, y, width, back int
		_, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &width, &back)
		require.NoError(t, err, run)
		require.Equal(t, width, back)
		draw.Draw(picture, image.Rect(x*scale, y*scale, (x+width)*scale, (y+1)*scale), image.NewUniform(color.Black), image.Point{}, draw.Src)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	require.NoError(t, err)
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	require.NoError(t, err)
	return result.GetText()
}
