curl -d 'appkey=xxxx&amp;phone=xxxx&amp;zone=86'  'https://webapi.sms.mob.com/sms/sendmsg'
