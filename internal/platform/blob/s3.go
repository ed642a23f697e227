// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// partSize bounds the memory of an upload whose size is not known: an object
// may have 10,000 parts, so 80 GB.
const partSize = 8 << 20

// S3 keeps objects in a bucket of an S3-compatible store.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
	where  string
}

// S3Access is how to sign in to the store. Empty: the variables that AWS's own
// tools read (AWS_ACCESS_KEY_ID and so on).
type S3Access struct{ AccessKey, SecretKey string }

// NewS3 reads "s3://bucket/prefix?endpoint=https://host:port&region=eu-south-1".
// An endpoint with http:// is for a store on this machine or a closed network.
func NewS3(address string, a S3Access) (*S3, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil {
		// Not the address itself: somebody may have put a key into it.
		return nil, errors.New("blob: the address is not s3://bucket/prefix?endpoint=https://host")
	}
	endpoint, err := url.Parse(u.Query().Get("endpoint"))
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "https" && endpoint.Scheme != "http" {
		return nil, fmt.Errorf("blob: s3://%s needs ?endpoint=https://host", u.Host)
	}
	client, err := minio.New(endpoint.Host, &minio.Options{Creds: a.credentials(), Secure: endpoint.Scheme == "https", Region: u.Query().Get("region")})
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &S3{client: client, bucket: u.Host, prefix: prefix, where: "s3://" + u.Host + "/" + prefix + " at " + endpoint.Host}, nil
}

func (a S3Access) credentials() *credentials.Credentials {
	if a.AccessKey == "" {
		return credentials.NewEnvAWS()
	}
	return credentials.NewStaticV4(a.AccessKey, a.SecretKey, "")
}

// Put implements Backend. S3 shows an object when all of it is there.
func (s *S3) Put(ctx context.Context, name string, sealed io.Reader) error {
	_, err := s.client.PutObject(ctx, s.bucket, s.prefix+name, sealed, -1,
		minio.PutObjectOptions{PartSize: partSize, ContentType: "application/octet-stream", DisableContentSha256: false})
	return err
}

// Get implements Backend.
func (s *S3) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	o, err := s.client.GetObject(ctx, s.bucket, s.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	if _, err := o.Stat(); err != nil { // GetObject asks nothing of the store by itself
		return nil, errors.Join(missing(err), o.Close())
	}
	return o, nil
}

func missing(err error) error {
	if r := minio.ToErrorResponse(err); r.StatusCode == http.StatusNotFound && r.Code != "NoSuchBucket" {
		return ErrNotFound
	}
	return err
}

// Delete implements Backend.
func (s *S3) Delete(ctx context.Context, name string) error {
	err := s.client.RemoveObject(ctx, s.bucket, s.prefix+name, minio.RemoveObjectOptions{})
	if err != nil && errors.Is(missing(err), ErrNotFound) {
		return nil
	}
	return err
}

// Check implements Backend.
func (s *S3) Check(ctx context.Context) error {
	ok, err := s.client.BucketExists(ctx, s.bucket)
	if err == nil && !ok {
		return fmt.Errorf("blob: no bucket %q", s.bucket)
	}
	return err
}

// String implements Backend.
func (s *S3) String() string { return s.where }
