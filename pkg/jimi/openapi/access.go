package openapi

// TokenGetParams ask for a token.
type TokenGetParams struct {
	UserID      string `api:"user_id,required"`
	PasswordMD5 string `api:"user_pwd_md5,required"`
	ExpiresIn   int    `api:"expires_in,required"` // seconds, 60 to 7200
}

// TokenRefreshParams ask for a token in place of one that still lives.
type TokenRefreshParams struct {
	AccessToken  string `api:"access_token,required"`
	RefreshToken string `api:"refresh_token,required"`
	ExpiresIn    int    `api:"expires_in,required"` // seconds
}

// TokenAnswer is a token. It is a secret.
type TokenAnswer struct {
	AccessToken  Text   `json:"accessToken"`
	RefreshToken Text   `json:"refreshToken"`
	ExpiresIn    Number `json:"expiresIn"` // seconds
	Account      Text   `json:"account"`
}

// String hides the token.
func (TokenAnswer) String() string { return "token" }

// The methods of access. The client calls them by itself.
var (
	TokenGet     = Method[TokenGetParams, TokenAnswer]{Name: "jimi.oauth.token.get", Ref: "3.1", Does: "get an access token; ends the one before", Mutates: true}
	TokenRefresh = Method[TokenRefreshParams, TokenAnswer]{Name: "jimi.oauth.token.refresh", Ref: "3.2", Does: "get a token in place of one that still lives", Mutates: true}
)
