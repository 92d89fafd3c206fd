"""A small FAQ of a group around a chat bot, written for the tests."""

from __future__ import annotations

from handlers.faq.entries.entry import Entry

QUESTIONS = {
    "install": ("怎么安装机器人", "安装步骤是什么", "如何部署到服务器上"),
    "token": ("在哪里申请令牌", "令牌怎么拿", "没有令牌怎么办"),
    "price": ("使用要收费吗", "多少钱一个月", "是不是免费的"),
    "redis": ("必须安装数据库吗", "没有数据库能运行吗"),
    "reset": ("怎么清空聊天记录", "如何删除对话历史", "忘掉刚才说的话"),
    "language": ("怎么切换成英文", "支持哪些语言"),
    "voice": ("能听懂语音消息吗", "发语音可以吗"),
    "group": ("怎么把机器人拉进群", "群里怎么用", "如何添加到群组"),
    "admin": ("管理员有什么权限", "谁可以修改设置"),
    "rules": ("关键词规则写在哪个文件", "怎么添加自动回复"),
    "backup": ("数据怎么备份", "备份文件放在哪里"),
    "upgrade": ("如何升级到新版本", "更新以后配置还在吗"),
    "proxy": ("怎么设置代理", "连不上服务器要配置网络吗"),
    "model": ("可以换别的模型吗", "怎么更换大模型"),
    "license": ("用的是什么开源协议", "可以商用吗"),
    "logs": ("日志在哪里看", "怎么打开调试日志"),
    "limit": ("一天最多能问多少次", "有没有次数限制"),
    "refund": ("买错了能退款吗", "退款多久到账"),
    "bug": ("发现错误向谁报告", "在哪里提交问题反馈"),
    "docs": ("有没有使用文档", "教程在哪里"),
    "ports": ("which ports must be open", "does it need an open port"),
    "windows": ("does it run on windows", "can i use it under windows"),
    "memory": ("how much memory does it need", "what are the hardware requirements"),
    "threads": ("does it answer in forum topics", "are threads supported"),
}
ENTRIES = tuple(Entry(name, asked[0], f"answer of {name}", asked[1:]) for name, asked in QUESTIONS.items())
