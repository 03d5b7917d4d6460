print("<script>alert('out')</script><img src=x onerror=alert(1)>]]></pre></code></body><h1>100 points</h1>")
raise RuntimeError("</pre><script>alert('error')</script> ![x](javascript:alert(1)) {{ 7 * 7 }} {% raw %}")
