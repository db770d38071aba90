package sandbox

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"okno/deploy"
)

// writeSite makes the run folder: etc with deploy/asterisk's files and this instance's site, and the folders that
// Asterisk writes to. Of an earlier run the log is kept, and the database, as at any Asterisk that starts again.
func writeSite(config AsteriskConfig) error {
	for _, folder := range []string{"etc", "spool", "run"} {
		if err := os.RemoveAll(filepath.Join(config.Run, folder)); err != nil {
			return err
		}
	}
	for _, folder := range []string{"etc/site", "db/keys", "spool/monitor", "spool/recording", "run", "log", "cache"} {
		if err := os.MkdirAll(filepath.Join(config.Run, folder), 0o755); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(config.Sounds, 0o755); err != nil {
		return err
	}
	shared, err := fs.Sub(deploy.Asterisk, "asterisk")
	if err != nil {
		return err
	}
	files := map[string]string{}
	names, err := fs.Glob(shared, "*.conf")
	if err != nil {
		return err
	}
	for _, name := range names {
		content, err := fs.ReadFile(shared, name)
		if err != nil {
			return err
		}
		files[name] = string(content)
	}
	modules, err := filepath.Glob(filepath.Join(config.Tree, "usr/lib/*/asterisk/modules"))
	if err != nil || len(modules) != 1 {
		return fmt.Errorf("%s holds %d module folders, not one", config.Tree, len(modules))
	}
	files["asterisk.conf"] = fmt.Sprintf(siteAsterisk, config.Run, modules[0], config.Tree, config.Name)
	files["site/http.conf"] = fmt.Sprintf("bindaddr = 127.0.0.1\nbindport = %d\n", config.HTTPPort)
	files["site/ari.conf"] = fmt.Sprintf("[%s]\ntype = user\nread_only = no\npassword = %s\n", config.Username, config.Password)
	files["site/rtp.conf"] = "rtpstart = 10000\nrtpend = 19999\n"
	files["site/globals.conf"] = fmt.Sprintf("OKNO_NUMBER = %s\nOKNO_SOUNDS = %s\n", config.Number, config.Sounds)
	files["site/pjsip.conf"] = fmt.Sprintf(sitePJSIP, config.SIPPort)
	files["site/modules.conf"] = ""
	files["site/extensions.conf"] = ""
	if config.Loopback {
		files["site/pjsip.conf"] += siteLoopback
	}
	for name, content := range config.Site {
		files["site/"+name] += content
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(config.Run, "etc", filepath.FromSlash(name)), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// siteAsterisk takes the run folder, the module folder, the tree and the name. The language names a folder of the tree's
// sounds: the packages' short names (en, ru) are links that only their installation makes.
var siteAsterisk = strings.TrimSpace(`
[directories]
astetcdir => %[1]s/etc
astmoddir => %[2]s
astdatadir => %[3]s/usr/share/asterisk
astvarlibdir => %[1]s/db
astdbdir => %[1]s/db
astkeydir => %[1]s/db
astagidir => %[1]s/db
astcachedir => %[1]s/cache
astspooldir => %[1]s/spool
astrundir => %[1]s/run
astlogdir => %[1]s/log

[options]
systemname = %[4]s
defaultlanguage = ru_RU_f_IvrvoiceRU
documentation_language = en_US
`) + "\n"

const sitePJSIP = `
[transport-udp]
type = transport
protocol = udp
bind = 127.0.0.1:%d
`

const siteLoopback = `
[loopback](carrier)
transport = transport-udp

[loopback]
type = identify
endpoint = loopback
match = 127.0.0.1
`
