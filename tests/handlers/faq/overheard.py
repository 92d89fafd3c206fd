"""What a group says to one another, for the example FAQ: nothing for the bot, and questions that it may answer."""

from __future__ import annotations

NOTHING = """
忘记支付宝密码怎么办
怎么注销微信账号
how much does notion cost
how do I delete my facebook account
mysql database is locked, how do I fix it
打开网页显示 404 怎么办
why is the port 3306 already in use
怎么用 docker 安装 mysql
树莓派能跑大模型吗
印象笔记怎么导出成 Markdown
有道云笔记收费吗
飞书有深色模式吗
淘宝怎么注销账号
路由器忘记密码怎么办
怎么备份微信聊天记录
百度网盘怎么在多台设备之间同步
打印机有手机客户端吗
语雀支持 LDAP 吗
怎么升级到 iOS 18
打开网页显示 503 怎么办
提示 500 文件过大怎么办
9090 端口已经被用了怎么改
《三体》有手机客户端吗
怎么获取 OpenAI 的 API 密钥
can I use obsidian offline
does evernote work without internet
how do I export my evernote notes to markdown
what can I do about a 403 error
is there a dark mode in photoshop
how do I reset my gmail password
does windows support LDAP or single sign-on
which licence is firefox under
小紅書有深色模式嗎
忘記銀行卡密碼怎麼辦
怎么在北京备份数据
B站有夜间模式吗
微博忘记密码怎么办
合同要钱吗
快递怎么注销账号
端口
备份
导出
深色模式
密码
插件
回收站
安装教程
dark mode
backup
keyboard shortcuts
端口？
昨天备份了一下数据
数据已经备份好了
深色模式我也在用
我刚把笔记导出成 Markdown 了
密码忘了，又想起来了
backed up my data yesterday
I finally turned on encryption
安装教程写得真好
深色模式太好看了吧
备份功能真的很省心，谢谢作者
怎么这么好用，导出笔记太方便了
教程里写了怎么安装插件，很清楚
终于知道怎么备份数据了，谢谢大佬
thanks for explaining how to export my notes
what a great dark mode
love how the plugins are installed
搜索中文怎么又不行了，真烦
什么破插件，都装不好
怎么注销我的账号啊 算了不注销了
怎么安装插件？没事了，已经搞定了
how do I upgrade to a new version? never mind, found it
别再问怎么备份数据了好吗
难道数据还要自己备份不成
我先看看能不能自动备份
同事又问我怎么重置密码
不管怎么备份数据都一样
谁不喜欢深色模式啊
""".strip().splitlines()

# Nothing here asks for anything, whatever the FAQ.
REMARKS = """
备份功能很好用
昨天导出了笔记
这个插件市场真不错
怎么又崩了
怎么这么慢啊
什么垃圾软件
谢谢，已经备份好了
谢谢大佬，我知道怎么备份了
终于学会怎么用 docker 安装了
数据库被锁了，重启就好了
我已经把加密关了
手机客户端真香
太感谢了，找回来了
快捷键很方便
导出 Markdown 的功能绝了
公式显示得很漂亮
深色模式拯救了我的眼睛
误删的笔记找回来了！
谁懂啊，备份救了我一命
哪有免费的午餐
多少有点难用
什么都导不出来
不知道说什么好
没什么问题
我去升级新版本了
刚刚升级到了新版本
别用默认密码
记得备份数据
要先备份再升级
大家记得开启加密
还是离线好用
我来演示一下怎么安装插件
分享一篇怎么备份数据的文章
这篇文章讲了如何配置 HTTPS
老板天天问什么时候升级
客户问支持单点登录吗
备份不香吗
这还用问吗
还在装呢
我正在备份呢
早就导出完了
怎么可能丢数据
算了，不升级了
怎么升级？算了，我自己来吧
如何导出笔记？哦找到了
请问怎么换主题 不用了谢谢 找到了
the export feature is awesome
thanks, the backup worked
I just installed the plugin
dark mode is great
love the dark mode
search is broken again
search does not work
this app is terrible
the trash saved me
upgraded to the new version yesterday
I know how to install plugins now
that's how I back up my data
what a nice theme
great job on the docs
who needs backups anyway
I learned how to export notes
finally figured out how to set up https
can confirm the backup works
backups are important
remember to back up your data
don't forget to back up
someone told me how to reset the password
how do I change the theme? nvm found it
is broken again
will try the backup later
have a nice day
do the backup first
should be fixed in the next release
could be worse
docs are really good
thanks for the guide on how to install
my boss keeps asking how to export
isn't dark mode great
哈哈哈哈
这也太难装了吧
装了半天装不上
又丢了一篇笔记，气死
这破软件老是同步失败
想起来了，是密码错了
我想这就是回收站的好处
想想就开心，终于有深色模式了
我想死你们了
我觉得主题可以再多一点
想用插件的都去装了
大佬太强了
原来在设置里面
原来是端口被占用了
怪不得搜索不到中文
可惜没有安卓版
希望有深色模式
要是能导出就好了
备份呢，已经做了
我会备份
可以导出
有手机客户端
支持 LDAP
""".strip().splitlines()

QUESTIONS = {
    "怎么给数据做备份": "backup",
    "请问数据怎么备份啊": "backup",
    "大佬们，怎么备份数据？": "backup",
    "有人知道怎么备份笔记吗": "backup",
    "能不能自动备份": "backup",
    "忘了密码怎么办": "reset-password",
    "密码怎么重置": "reset-password",
    "有谁知道怎么重置密码": "reset-password",
    "請問忘記密碼怎麼辦": "reset-password",
    "怎么用docker装拾页": "install-docker",
    "拾页怎么安装": "install-docker",
    "求问怎么安装": "install-docker",
    "怎么把账号注销掉": "delete-account",
    "我的账号怎么注销": "delete-account",
    "手机和电脑之间怎么同步": "sync-devices",
    "多台设备之间怎么同步呢": "sync-devices",
    "有没有手机客户端": "mobile-apps",
    "有没有安卓版啊": "mobile-apps",
    "怎么把笔记导出为 Markdown": "export-markdown",
    "能把全部笔记导出吗": "export-markdown",
    "误删的笔记还能找回吗": "trash",
    "回收站在哪里啊": "trash",
    "新版本怎么升级": "upgrade",
    "怎么升级新版本": "upgrade",
    "HTTPS 怎么配置": "https",
    "怎么获取API密钥": "api-key",
    "请问支持 LDAP 或者单点登录吗": "sso",
    "怎么开启加密": "encryption-on",
    "加密怎么关闭": "encryption-off",
    "搜索不到中文是为什么": "search-chinese",
    "怎么重建索引": "rebuild-index",
    "插件怎么安装": "plugins",
    "有没有深色模式": "dark-mode",
    "有夜间模式吗": "dark-mode",
    "界面语言怎么切换": "language",
    "有什么快捷键": "shortcuts",
    "数学公式怎么写": "latex",
    "支持mermaid吗": "mermaid",
    "打开网页显示502怎么办啊": "error-502",
    "端口被占用怎么办": "error-port",
    "拾页收费吗": "price",
    "用的什么开源协议": "license",
    "how do I back up my data?": "backup",
    "hi all, how can I reset my password": "reset-password",
    "is there a dark mode": "dark-mode",
    "how do I export my notes to markdown please": "export-markdown",
    "does anyone know how to install a plugin": "plugins",
    "how much does shiye cost": "price",
    "can I use shiye offline": "offline",
    "how to set up HTTPS": "https",
    "where is the trash": "trash",
    "is there an android version": "mobile-apps",
}
