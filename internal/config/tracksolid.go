package config

// Tracksolid is one account on the platform. Without an address nothing is
// polled.
type Tracksolid struct {
	TracksolidURL         string `koanf:"tracksolid_url" usage:"address of the account's node, such as https://eu-open.tracksolidpro.com/route/rest (empty: nothing is polled)"`
	TracksolidAppKey      string `koanf:"tracksolid_app_key" usage:"application key"`
	TracksolidAppSecret   Secret `koanf:"tracksolid_app_secret" usage:"application secret"`
	TracksolidUser        string `koanf:"tracksolid_user" usage:"user of the account"`
	TracksolidPasswordMD5 Secret `koanf:"tracksolid_password_md5" usage:"MD5 of the user's password, lower-case hex"`
	TracksolidTarget      string `koanf:"tracksolid_target" usage:"account whose devices are asked for (empty: the user's)"`
	TracksolidAllowHTTP   bool   `koanf:"tracksolid_allow_http" usage:"permit plain http, which shows every token to the network"`
}
