package s3

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7/pkg/s3utils"

	"okno/internal/outbound"
)

// Config is attachments.s3 of the configuration. Without an endpoint there is no object store.
type Config struct {
	Endpoint  string `yaml:"endpoint"` // https://HOST[:PORT]; http:// only on this machine
	Bucket    string `yaml:"bucket"`   // exists: Okno makes none
	Region    string `yaml:"region"`   // default: us-east-1, which most stores take that are not Amazon's
	Prefix    string `yaml:"prefix"`   // of all names, "okno"; default: none
	AccessKey string `yaml:"access_key"`
	SecretKey string `yaml:"secret_key"`
	CAFile    string `yaml:"ca_file"` // PEM file of who signs the store's certificate, if the system does not know it
}

// On says whether there is an object store.
func (c Config) On() bool { return c.Endpoint != "" }

// Check says what is wrong with a configuration, by its key. It asks no store.
func (c Config) Check() error {
	if !c.On() {
		return nil
	}
	if u, err := url.Parse(c.Endpoint); err != nil || !outbound.Secure(u) || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return errors.New("attachments.s3.endpoint: https://HOST or https://HOST:PORT; http:// only on this machine")
	}
	if err := s3utils.CheckValidBucketNameStrict(c.Bucket); err != nil {
		return fmt.Errorf("attachments.s3.bucket: %w", err)
	}
	if c.AccessKey == "" || c.SecretKey == "" {
		return errors.New("attachments.s3: access_key and secret_key are what the store gave for this bucket")
	}
	if strings.HasPrefix(c.Prefix, "/") || strings.Contains(c.Prefix, "//") || strings.ContainsAny(c.Prefix, "\\?#") {
		return errors.New("attachments.s3.prefix: a name such as okno, or okno/cases")
	}
	if c.CAFile != "" {
		if _, err := os.Stat(c.CAFile); err != nil {
			return fmt.Errorf("attachments.s3.ca_file: %w", err)
		}
	}
	return nil
}
