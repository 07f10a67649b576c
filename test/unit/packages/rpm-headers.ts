import { inflateSync } from "node:zlib";

/**
 * What rpm 4.18 kept of two packages that were made and installed for this: two-2:1.2-3.el9 (epoch 2) and one-1.2-3.el9, both noarch, with the
 * files that it listed (`rpm -qal`): /opt/NAME, and in it file, sub and sub/caf303251.
 */
export const rpmHeaders: readonly Buffer[] = [
  [
    "eNqtlb9vHEUUx2fvLiYxRDhyfoEoXCDkSLnzzs7s7EwkBMH8iBuwhCwFyaDM7szYK87e0+1euCAK6OmidDRIdJRQUAEV",
    "fwFIFC4ogkQg4UeDIhQwc57vJhE/JApGevv2s983b369uSOEPElI9yYh5ClvD/j357xf8Ga8HSahRf77d97PeeuAb4Dn",
    "wN/jfR78g/c95IowxhFvx8G3wCfBPyL+NPgn5HsM/Av0ZfCv0M+CbyPfAPw79HPgP8BPB+71kO9C8L2Z1vV2EXwEfAk8",
    "j/ht8IPYnyn4IfAd8NHgIwJ+OOjRAngB/Dj4eJhfJDG/E+i/Dv0U4i9BPw3dhHn2HoE+Aj8K/gy8jPxfof8L6L+H/NiH",
    "6CZ4Df3b9WBfOqiH3itB7/TAm9Db9b0KfQn8GjjDfPIwn84G+hvwJtiCNdiBHXgI3gY3GP8tjDcBvwu+jPHfCzW8eBX6",
    "x6H/4hfI9wn4OuI/BX8b4rtY/+KNoHex/iiCfhF8CPdpM9yB6GjI3x1CPwa+hvr8Gf2/xnoO4Xt7PiehfwN9C3wdjLo8",
    "uKfRKmneqAgdJIQN7FDN5typfam+3v1oMqwKPdyu6ibc7bkp2ditR7YoXWkNGZa7kynZrfS42CZt67b+/K13PphZK8zy",
    "3W9ESauF5S6hwiUu57lQzjmVM8255EnBpJCi0EKmjrk0NQWXRWqYyymNs9xy8j9k+Ic2rqrmvzz8rvX9rvUPdm1Qj4vB",
    "eLTj++//pc1212/6fGs+aljmy6vVzmhs69qa58uhfVHv2PoMgTb78my5Zevm3rd1fWVY6YPg+oK+bNfH1pXTM/7Q4gHv",
    "U8IHYhAf+PCkchCj/v5mHZxTD0s+nJy7uxJy73c8xM7m7/yopJ7kpNCOxSxJKVmpRs1KePqI+9582Arpv5Qs9bdIMSor",
    "svVmOSIKddI3Ni/1bj/Uzr+0qPWmHNuiqcZXyPmXV9fWlho7bdo5TxrXl0RoJxOZasWNTRNuHKPMxUbr1OWSJtIpQbPU",
    "cKWTQqXOMqmFSmKnmVFey0IumuW5B60LnYmM+zKyqTLcSStsTo0vKV5oaVUh0pzl2jrlqNM2TzPBXawZaf8U9/fvfI4/",
    "Mk/y2t6HX559Xz3xW/LMqat7JzakzhRTzDBLeUwTmjFnvE9j63jCC5VT6+Is5iRhTPs1FI5nXKmUGpllTmomOKWC6SJN",
    "EuuYkLmfiBSpsUb4qjec8pyxlLJw37DBnbdn5z3jPwFOSzfI",
  ],
  [
    "eNqllU2IHEUUx6tnJmt2TTS6UaN4WFBkI85sd1V1dzUEdNmgWRCTYAIrJGJ97jb2Tg/Ts2Hiydy8Bi+CN/HoQdCT3j0r",
    "ePDgIQeFRBI/LprD6lq99Z8k+AGCBa+rf/1/7/Wrqtc0IeQEId3rhJDnvd3n71f9fMSb8XaQhBHBZ85bB3wDPAf+AfcL",
    "4Jt+nkeulm+BHwb/6Oeet6PgnxB/DPwL9KfBv0JfBt9GvmfBv0PPwH+ATwTu9ZDvZJh7rdb1dg48D74AXoC/Ad+P/ZiA",
    "D4Fvgw/Dfxf8YNCjQ+Aj4CXw0VBfxFHfI+F59DL0x+B/Afox6G+EOnuPQ6/AT4A/By8j/1eIfwnx3yD/KfB18DriZ+vZ",
    "gL6L+NeC3kE/9LBPndn6LkJ/Evw6mKEeFerpnEW8AW+ALfgi2IEVuAIbMM6hM8X7dsDvgC/h/e+Fnl18F/rHIX7xC+T7",
    "FPwd/D8Dfw9/rH/xRtC7WH8UBb17DnwA389G6PnocMjf3YL+EPgq+vNnxH+N9RzA89n5PAr9W+ib4GvgLXBbd7RG6qEl",
    "yYASNrBVQRoyJW92P2mqWstqq24m4Tuem5Lzw2ZkdelKa0hVDnemZFjLsd4is9Gdzau3rnzY2kxo891rpBBWZpY7mmSO",
    "OsVVVjjnCsUk54JTzUQmMi0zkTrm0tRoLnRqmFNJEufK+sb//xn+YYzrevJfLn7H+n7H+vs7NmjGejAebfv4vb+Mdmf9",
    "hi/MzHtVpVpeq7dHY9s01rxYVvYVuW2b4wRa++RkuWmbyd1nZ+Tlqpb7zs0pecmeGVtXTo/7A4sHvJ8QPsgG8f4crokY",
    "xOi1v1kH59TDkg/eWcfdbbjj29bv/FtJs6OIlo7FjKYJWalHk5Vw9R733Hm3FdI/TZf6m0SPyppsvlWOSIE+6RurSjns",
    "h975lxHNZlOOrZ7U48tk9dW19fWliZ1OZjXvTFxfEJawhGphfVqdOm6LPGGGOhnnRvJUGh7LNKMs1VQpyhJOWeGMczoR",
    "spBOqJCLapdZxbVQPBcpT2PFJc+5UJpxLnOa+66xcfuGNGWUc2cKGmuuC81ineTtPyP8APf2dr/ET8vTU7/N70bPvP/R",
    "B+vnX3ju2gNXrrJYmkLEqZI2T0SqCl5IWjBqpc5cpnWWZFmcSUly45vVcV4k3DgRxyx3gjqqEh5bIWKdZhnzBeqYK+dM",
    "nnBnfbWpT2eFYbkI3xs2uPN2e94t/wnLxjcG",
  ],
].map((lines) => inflateSync(Buffer.from(lines.join(""), "base64")));
