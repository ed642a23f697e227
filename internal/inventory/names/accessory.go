// SPDX-License-Identifier: EUPL-1.2

package names

import "regexp"

// accessories are texts of things that come along with a product and are none:
// updates, language packs, drivers, helpers. A product that is called so in
// full is still found.
var accessories = regexp.MustCompile(`(?i)\bKB ?\d{6,7}\b|^(?:security |cumulative |feature |definition |aggiornamento |oppdatering )?(?:update|aggiornamento|oppdatering|hotfix|service pack) (?:for|per|della|for )\b|` +
	`\blanguage ?packs?\b|\blanguage feature|\bpacchetto lingua\b|\bspråkpakke|\bmui\b|\bproof(?:ing)?\b|` +
	`\bdrivers?\b|\bdriver-|\bstampant[ei]\b|\bprinter\b|\bscan(?:ner|ning|sione)?\b|\buniversal (?:pcl|ps|print)|\bpcl ?\d?\b|\btwain\b|\btap-windows|` +
	`\bredistributable\b|\bruntime (?:files|libraries)\b|\bsystem clr types\b|\bnative client\b|\btools for applications\b|\btargeting pack\b|\bshared components?\b|\bprerequisites\b|` +
	`\bauto ?-?update|\bupdate (?:helper|health|service|assistant|manager)|\bupdater\b|\bsoftware update$|\bedge update\b|\bgoogle update|\bmaintenance service\b|\brefresh manager\b|\bcrash ?report|` +
	`\bmanagement engine\b|\bchipset\b|\bserial io\b|\bgraphics driver\b|\bhd audio\b|\bbluetooth\b|\bnetwork connections\b|\bwireless (?:lan|network) adapter|\btouchpad\b|\bfingerprint\b|` +
	`\bdocumentation\b|\bdocumentazione\b|\bmanual[ei]?\b|\bhelp (?:pack|files)\b|\btutorials?\b|\bsamples?\b|\bfonts?\b|\btemplates?\b|\bwallpapers?\b|` +
	`\bbootstrap(?:per)?\b|\bdatabase engine\b|\bmachine-wide\b|\blanguage service\b|\bsoftware development kit\b|\bsdk\b|\bparser\b|\breport viewer\b|\bhealth check\b|` +
	`\binterop|\bdependencies\b|\bcompanion\b|\bweb components\b|\bdevice software\b|\bpointing device\b|\baudio\b|` +
	`\badd-?in\b|\bplug-?in for\b|\bbrowser for sql\b|\bsetup support\b|\bnetwork agent\b|\bvss writer\b|\bclick-to-run\b|\bwebview`)

// accessory says whether a text names something that comes along with a product.
func accessory(label string) bool { return accessories.MatchString(clip(label)) }
