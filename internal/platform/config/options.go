// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// DefaultName is what a CSIRT is called that was given no name.
const DefaultName = "CSIRT"

// Register adds every option to fs.
func Register(fs *flag.FlagSet, c *Config) {
	registerPlace(fs, c)
	registerWeb(fs, c)
	registerInstance(fs, c)
	registerMail(fs, c)
	registerFeeds(fs, c)
	registerTLS(fs, c)
	registerCard(fs, &c.Card)
	registerFiles(fs, c)
	registerKeys(fs, &c.Keys)
}

func registerPlace(fs *flag.FlagSet, c *Config) {
	fs.StringVar(&c.Data, "data", "var/martinella", "folder of the instance's data: database, secret key, uploads")
	fs.StringVar(&c.Database, "database", "", "postgres://user@host/name, or the path of an SQLite file (default: martinella.db in the data folder)")
	fs.StringVar(&c.SecretFile, "secret-file", "", "key that seals secrets in the database; made when missing (default: secret.key in the data folder)")
	fs.StringVar(&c.LogLevel, "log-level", "info", "debug, info, warn or error")
	fs.StringVar(&c.LogFormat, "log-format", "text", "text or json")
	fs.IntVar(&c.Workers, "workers", 2, "jobs worked on at the same time")
}

func registerWeb(fs *flag.FlagSet, c *Config) {
	fs.StringVar(&c.Listen, "listen", "127.0.0.1:8080", "address of the portal")
	fs.StringVar(&c.MetricsListen, "metrics-listen", "", "address of the Prometheus metrics; none when empty")
	fs.StringVar(&c.BaseURL, "base-url", "", "public address, as mails give it: https://csirt.example.it (default: http:// and --listen)")
	fs.StringVar(&c.TrustedProxies, "trusted-proxies", "", "addresses or ranges of the reverse proxies whose X-Forwarded-For is believed")
	fs.DurationVar(&c.RequestTimeout, "request-timeout", 30*time.Second, "how long a request may take")
	fs.DurationVar(&c.StepUp, "step-up", 15*time.Minute, "how long a second factor counts as just shown, before exports, keys and accreditation")
	fs.IntVar(&c.APIRate, "api-rate", 600, "requests to the API per minute and token; half of them may come at once")
	fs.DurationVar(&c.Drain, "drain", 0, "how long serve goes on answering after it was asked to stop, while /readyz says 503: more than the load balancer's interval of checks")
	fs.BoolVar(&c.Worker, "work", true, "serve also works on jobs; false where separate workers do")
}

func registerInstance(fs *flag.FlagSet, c *Config) {
	fs.BoolVar(&c.Demo, "demo", false, "show the demonstration territory, with known sign-ins: never for real data")
	fs.StringVar(&c.Name, "name", DefaultName, "name of the CSIRT, as pages and mails show it")
	fs.StringVar(&c.OwnerName, "owner-name", "", "public body that runs the CSIRT")
	fs.StringVar(&c.OwnerURL, "owner-url", "", "its website")
	fs.StringVar(&c.ContactEmail, "contact-email", "", "address where the CSIRT is reached")
	fs.StringVar(&c.ContactPhone, "contact-phone", "", "telephone where the CSIRT is reached")
	fs.StringVar(&c.Language, "language", "it", "language where nobody chose one: it, en or nb")
	fs.StringVar(&c.Zone, "zone", "Europe/Rome", "time zone where an organisation has none of its own")
	fs.StringVar(&c.CSAFPrefix, "csaf-prefix", "", "what the ids of public alerts begin with, for ever: CSIRT-EXAMPLE (default: made of --name)")
	fs.BoolVar(&c.FourEyes, "four-eyes", false, "accreditations and changes of verified data take effect when a second person approves them")
}

func registerMail(fs *flag.FlagSet, c *Config) {
	fs.StringVar(&c.MailTransport, "mail-transport", "outbox", "outbox keeps mails in the portal; smtp sends them")
	fs.StringVar(&c.MailFrom, "mail-from", "Martinella <martinella@localhost>", "sender of the mails")
	fs.StringVar(&c.SMTPAddress, "smtp-address", "", "host:port of the mail server")
	fs.StringVar(&c.SMTPUser, "smtp-user", "", "user name at the mail server; none when empty")
	fs.StringVar(&c.SMTPPassword, "smtp-password", "", "password at the mail server (better: --smtp-password-file)")
	fs.StringVar(&c.SMTPPasswordFile, "smtp-password-file", "", "file that holds the password")
	fs.IntVar(&c.SMTPConnections, "smtp-connections", 4, "connections one worker has with the mail server at the same time")
	fs.StringVar(&c.SMTPTLS, "smtp-tls", "starttls", "starttls (required), tls (from the first byte) or none")
}

func registerFeeds(fs *flag.FlagSet, c *Config) {
	fs.BoolVar(&c.FeedFetch, "feed-fetch", true, "fetch the vulnerability feeds at the times of --feed-schedule; false in an air gap")
	fs.StringVar(&c.FeedSchedule, "feed-schedule", "15 */2 * * *", "when to fetch, as cron writes it, in the instance's time zone")
	fs.StringVar(&c.NVDURL, "nvd-url", "https://services.nvd.nist.gov/rest/json/cves/2.0", "NVD API 2.0; a file; or, with %s for the year, NVD's yearly files")
	fs.StringVar(&c.CVE5URL, "cve5-url", "", "archive of CVE 5 records: zip or tar; not fetched when empty")
	fs.StringVar(&c.NVDAPIKey, "nvd-api-key", "", "key for NVD's faster rate (better: --nvd-api-key-file)")
	fs.StringVar(&c.NVDAPIKeyFile, "nvd-api-key-file", "", "file that holds the key")
	fs.StringVar(&c.KEVURL, "kev-url", "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json", "CISA's catalogue of exploited vulnerabilities, or a mirror")
	fs.StringVar(&c.EPSSURL, "epss-url", "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz", "FIRST's EPSS scores, or a mirror")
	fs.StringVar(&c.FetchProxy, "fetch-proxy", "", "HTTP proxy for fetching; none when empty")
	fs.StringVar(&c.FetchAgent, "fetch-agent", "", "how the program names itself to the sources of alerts (default: Martinella and its version)")
	fs.StringVar(&c.SourceAllow, "source-allow", "", "inventory servers (name:port, separated by commas) members may have their stack fetched from; none when empty")
	fs.StringVar(&c.HookAllow, "hook-allow", "", "private addresses or ranges webhooks may be sent to; none when empty")
	fs.BoolVar(&c.AlertFourEyes, "alert-four-eyes", false, "alerts are sent by another person than the one who wrote them last")
	fs.StringVar(&c.AlertEscalation, "alert-escalation", "critical=30,60,90", "what is done about those who do not acknowledge an alert, by severity: minutes after sending of the reminder, of writing to the others of the organisation and of the call round; 0: never; several severities stand between blanks, none in an empty text")
	fs.BoolVar(&c.HookHTTP, "hook-http", false, "let webhooks be sent unencrypted, to http:// addresses too")
	fs.StringVar(&c.FetchAllow, "fetch-allow", "", "private addresses or ranges feeds may be fetched from: a mirror of one's own")
}

func registerFiles(fs *flag.FlagSet, c *Config) {
	fs.StringVar(&c.Blobs, "blobs", "", "where attachments are kept, sealed: a folder, or s3://bucket/prefix?endpoint=https://host&region=… (default: blobs in the data folder)")
	fs.StringVar(&c.BlobKeyFile, "blob-key-file", "", "age identities that seal attachments and messages; made when missing (default: blob.key in the data folder)")
	fs.StringVar(&c.S3AccessKey, "s3-access-key", "", "name of the key for --blobs s3://… (default: what AWS_ACCESS_KEY_ID says)")
	fs.StringVar(&c.S3SecretKey, "s3-secret-key", "", "the key itself (better: --s3-secret-key-file)")
	fs.StringVar(&c.S3SecretKeyFile, "s3-secret-key-file", "", "file that holds the key")
	fs.StringVar(&c.Clamd, "clamd", "", "ClamAV's daemon that looks at attachments: unix:/run/clamav/clamd.ctl or host:port; none: they are marked as not scanned")
}

// Help writes every option with its flag, its variable and its key in the file.
func Help(w io.Writer) error {
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	Register(fs, new(Config))
	fmt.Fprintln(w, "Options are read from the command line, else from the environment, else from the TOML file of --config (or MARTINELLA_CONFIG).")
	fmt.Fprintln(w)
	out := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(out, "FLAG\tENVIRONMENT\tKEY IN THE FILE\tDEFAULT\tMEANING")
	fs.VisitAll(func(f *flag.Flag) {
		fmt.Fprintf(out, "--%s\t%s\t%s\t%s\t%s\n", f.Name, Env(f.Name), f.Name, quoted(f.DefValue), f.Usage)
	})
	if err := out.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "\nProviders people can sign in through (OpenID Connect) are tables of the file, [oidc.NAME]: see docs/administrators.md.")
	return err
}

func quoted(v string) string {
	if v == "" {
		return `""`
	}
	return v
}
