package pictures

// hanFiles are the usual places of a Chinese face, the finest first.
func hanFiles() []string {
	return []string{
		"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",                                // Debian, Ubuntu
		"/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",                                     // Arch
		"/usr/share/fonts/noto/NotoSansCJK-Regular.ttc",                                         // Alpine
		"/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",                              // Fedora
		"/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",                   // Fedora
		"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",                                        // Debian, Ubuntu
		"/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",                              // Arch
		"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",                                        // Fedora
		"/usr/share/fonts/wqy-microhei-fonts/wqy-microhei.ttc",                                  // Fedora
		"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",                                          // Debian, Ubuntu
		"/usr/share/fonts/wenquanyi/wqy-zenhei/wqy-zenhei.ttc",                                  // Arch
		"/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",                                            // Alpine, Fedora
		"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",                             // Debian, Ubuntu
		"/usr/share/fonts/truetype/arphic/uming.ttc",                                            // Debian, Ubuntu
		"/System/Library/Fonts/PingFang.ttc",                                                    // macOS
		"/System/Library/Fonts/Hiragino Sans GB.ttc",                                            // macOS
		"/System/Library/Fonts/STHeiti Light.ttc",                                               // macOS
		"/Library/Fonts/Arial Unicode.ttf",                                                      // macOS
		`C:\Windows\Fonts\msyh.ttc`, `C:\Windows\Fonts\Deng.ttf`, `C:\Windows\Fonts\simhei.ttf`, // Windows
	}
}

func emojiFiles() []string {
	return []string{
		"/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",                 // Debian, Ubuntu
		"/usr/share/fonts/noto/NotoColorEmoji.ttf",                          // Arch, Alpine
		"/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf",             // Fedora
		"/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf", // Fedora
		"/System/Library/Fonts/Apple Color Emoji.ttc",                       // macOS
	}
}

// otherFiles have the scripts that a Chinese face lacks.
func otherFiles() []string {
	return []string{
		"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
		"/usr/share/fonts/TTF/DejaVuSans.ttf",
		"/usr/share/fonts/dejavu/DejaVuSans.ttf",
		"/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
		"/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
		"/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
		"/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf",
		"/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf",
		"/usr/share/fonts/truetype/noto/NotoSansSymbols2-Regular.ttf",
		"/usr/share/fonts/truetype/freefont/FreeSans.ttf",
		"/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
		`C:\Windows\Fonts\segoeui.ttf`, `C:\Windows\Fonts\seguisym.ttf`,
	}
}
